/**
 * What the demo page costs: bytes of a first visit, the first result of a cold start, and how long the page itself is kept from
 * answering while it colors 12 megapixels.
 *
 *     npx tsx bench/demoPage.ts [MODEL]      default: the model that comes with polyhue
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Page } from 'playwright';
import sharp from 'sharp';

import { type DemoPage, openDemoPage } from '../tools/demoPage.js';

const [model = 'checkpoints/compact'] = process.argv.slice(2);
const SAMPLE = 'examples/photos/astronaut.jpg'; // 512 x 512
const RUNS = 5;

const said = async (page: Page, text: RegExp): Promise<void> =>
  page.locator('#status').filter({ hasText: text }).waitFor();

/** A page in a profile of its own, with nothing kept. */
async function freshPage({ browser }: DemoPage, serviceWorkers: 'allow' | 'block'): Promise<Page> {
  const page = await (await browser.newContext({ serviceWorkers })).newPage();
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(Math.round(duration));
    }).observe({ type: 'longtask', buffered: true });
  });
  return page;
}

const tasksOf = async (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks.splice(0));

async function gzipBytes({ folder }: DemoPage, paths: readonly string[]): Promise<number> {
  const sizes = [...new Set(paths)].map(async (path) => {
    const file = join(folder, path === '/' ? 'index.html' : path);
    return gzipSync(await readFile(file)).length;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

async function printWeight(demo: DemoPage): Promise<void> {
  for (const serviceWorkers of ['block', 'allow'] as const) {
    const from = demo.paths.length;
    const page = await freshPage(demo, serviceWorkers);
    await page.goto(demo.url);
    await said(page, /^Ready/);
    if (serviceWorkers === 'allow') await page.evaluate(async () => navigator.serviceWorker.ready);
    await page.waitForTimeout(500);
    const all = demo.paths.slice(from).filter((path) => !path.startsWith('/model/'));
    const what = serviceWorkers === 'block' ? 'until it is ready' : 'with what the service worker keeps';
    console.log(`gzip bytes of the page without the model, ${what}: ${kB(await gzipBytes(demo, all))}`);
    console.log(`  ${[...new Set(all)].join(' ')}`);
    await page.context().close();
  }
}

async function coldStartMs(demo: DemoPage): Promise<number> {
  const page = await freshPage(demo, 'allow');
  const start = performance.now();
  await page.goto(demo.url);
  await page.locator('#file').setInputFiles(SAMPLE);
  await said(page, /results in/);
  const end = performance.now();
  await page.context().close();
  return Math.round(end - start);
}

async function printTasks(demo: DemoPage): Promise<void> {
  // A file on disk: the page would have to decode the bytes that are given otherwise.
  const large = join(await mkdtemp(join(tmpdir(), 'polyhue-demo-photo-')), 'large.jpg');
  await sharp(SAMPLE).resize(4000, 3000, { fit: 'fill' }).jpeg().toFile(large);
  const page = await freshPage(demo, 'allow');
  await page.goto(demo.url);
  await said(page, /^Ready/);
  console.log(`tasks over 50 ms, in ms: while loading ${JSON.stringify(await tasksOf(page))}`);
  await page.locator('#file').setInputFiles(large);
  await said(page, /results in/);
  await page.waitForTimeout(500);
  console.log(`  while 12 megapixels are opened and colored ${JSON.stringify(await tasksOf(page))}`);
  const waiting = page.waitForEvent('download', { timeout: 120_000 });
  await page.locator('#download').click();
  await waiting;
  await page.waitForTimeout(500);
  console.log(`  while they are painted at full size and saved ${JSON.stringify(await tasksOf(page))}`);
  await page.context().close();
}

async function main(): Promise<void> {
  const demo = await openDemoPage(model);
  try {
    await printWeight(demo);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await coldStartMs(demo));
    console.log(`cold start to five results of 512 x 512 pixels on wasm, ms: ${times.join(', ')}`);
    for (let run = 0; run < 3; run++) await printTasks(demo);
  } finally {
    await demo.close();
  }
}

await main();
