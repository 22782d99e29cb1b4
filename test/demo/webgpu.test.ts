import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { DemoPage } from '../../tools/demoPage.js';
import {
  alerted,
  downloadedSize,
  expectLossFalls,
  galleryPixels,
  openTinyDemo,
  PHOTO,
  said,
  settled,
  trainingSaid,
  upload,
  visit,
} from '../support/demoVisit.js';

const STEPS = 16;

let demo: DemoPage;
let context: BrowserContext;
let page: Page;
const errors: string[] = [];

/** Visits the page on WebGPU, which Chromium computes in software. */
async function visitOnWebgpu(): Promise<Page> {
  const visited = await visit({ url: `${demo.url}?backend=webgpu` }, context, errors);
  await said(visited, /^Ready/);
  expect(await visited.locator('#backend').textContent()).toMatch(/^Backend: webgpu on .*swiftshader/i);
  return visited;
}

beforeAll(async () => {
  demo = await openTinyDemo();
  context = await demo.browser.newContext();
  page = await visitOnWebgpu();
}, 300_000);

afterAll(async () => demo.close());

it('shows results of an uploaded photo, and of it at its own size', { timeout: 200_000 }, async () => {
  await upload(page);
  const pictures = await galleryPixels(page);
  expect(new Set(pictures).size).toBeGreaterThan(1);
  expect(new Set(pictures).size).toBe(pictures.length);
  await page.locator('#gallery button').nth(1).click();
  expect(await downloadedSize(page, 'cat-chelsea-color.png')).toEqual([451, 300]);
});

it('changes the results for a hint, and is canceled', { timeout: 200_000 }, async () => {
  const before = await galleryPixels(page);
  await page.locator('#stage').click();
  await said(page, /results in/);
  await settled(page);
  expect(await galleryPixels(page)).not.toEqual(before);
  await page.evaluate(() => {
    document.querySelector('#settings')!.dispatchEvent(new Event('change'));
    document.querySelector<HTMLButtonElement>('#cancel')!.click();
  });
  await said(page, /^Canceled/);
  await page.locator('#clear').click();
  await said(page, /results in/);
  await settled(page);
  expect(await galleryPixels(page)).toEqual(before);
});

it('says what is wrong with a broken file, and goes on', { timeout: 200_000 }, async () => {
  await page.locator('#file').setInputFiles({
    name: 'broken.jpg',
    mimeType: 'image/jpeg',
    buffer: Buffer.from('no picture'),
  });
  await alerted(page, '“broken.jpg” as a picture');
  await upload(page);
  expect(await page.locator('#alert').isVisible()).toBe(false);
});

it('opens another model while it colors, and stays on WebGPU', { timeout: 200_000 }, async () => {
  const before = await galleryPixels(page);
  const folder = join(demo.folder, 'model');
  const files = (await readdir(folder)).map((name) => join(folder, name));
  await page.evaluate(() => document.querySelector('#settings')!.dispatchEvent(new Event('change')));
  await page.locator('#model-files').setInputFiles(files);
  await page.locator('#model').filter({ hasText: 'one of your own' }).waitFor();
  await said(page, /results in/);
  await settled(page);
  expect(await page.locator('#backend').textContent()).toMatch(/^Backend: webgpu/);
  expect(await page.locator('#alert').isVisible()).toBe(false);
  expect(await galleryPixels(page)).toEqual(before);
});

it('lowers the losses of both networks', { timeout: 300_000 }, async () => {
  await page.locator('#tab-train').click();
  await page.locator('#train-files').setInputFiles([PHOTO, 'examples/photos/two-dogs.jpg']);
  await page.locator('[name=steps]').fill(String(STEPS));
  await page.locator('[name=batchSize]').fill('2');
  await page.locator('#train-start').click();
  await trainingSaid(page, /^Done/);
  for (const chart of ['#chart-vae', '#chart-mdn']) await expectLossFalls(page, chart, STEPS);
  await page.locator('#tab-color').click();
});

it('says that the GPU was lost, and goes on with the photo and its hints on wasm', async () => {
  await upload(page);
  const before = await galleryPixels(page);
  const session = await demo.browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess');
  await page.locator('#stage').click();
  await alerted(page, 'the device of the "webgpu" backend was lost');
  await page.locator('#alert button').click();
  await said(page, /results in/);
  await settled(page);
  expect(await page.locator('#backend').textContent()).toMatch(/^Backend: wasm, as WebGPU failed/);
  expect(await page.locator('#alert').isVisible()).toBe(false);
  expect(await page.locator('#marks span').count()).toBe(1);
  expect(await galleryPixels(page)).not.toEqual(before);
  expect(await downloadedSize(page, 'cat-chelsea-color.png')).toEqual([451, 300]);
});

it('works on WebGPU without a network from the second visit on', { timeout: 200_000 }, async () => {
  await page.evaluate(async () => navigator.serviceWorker.ready);
  expect(errors).toEqual([]);
  await page.close();
  await demo.stopServer();
  page = await visitOnWebgpu();
  await upload(page);
  expect(await page.locator('#gallery canvas').count()).toBeGreaterThan(1);
});
