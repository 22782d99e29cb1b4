import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright';
import { expect } from 'vitest';

import { saveColorizerModels } from '../../src/models/colorizerModels.js';
import { folderStore } from '../../src/node/folderStore.js';
import { type DemoPage, openDemoPage } from '../../tools/demoPage.js';
import { colorfulModels } from './tinyModels.js';

/** How long the page may take for something; other suites keep the processors busy, those on software GPUs above all. */
const PATIENCE_MS = 200_000;

export const PHOTO = 'examples/photos/cat-chelsea.jpg';

/** The demo page with a tiny model whose results differ. */
export async function openTinyDemo(): Promise<DemoPage> {
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-demo-model-'));
  await saveColorizerModels(folderStore(folder), colorfulModels(1));
  return openDemoPage(folder);
}

/** Opens the page; `errors` collects what the console says is wrong, and what is thrown and not caught. */
export async function visit(
  { url }: Pick<DemoPage, 'url'>,
  context: BrowserContext,
  errors: string[],
): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  return page;
}

/** Waits until the color tab says something. */
export async function said(page: Page, text: RegExp): Promise<void> {
  await page.locator('#status').filter({ hasText: text }).waitFor();
}

/** Waits until the color tab says that something is wrong. */
export async function alerted(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('#alert').filter({ hasText: text }).waitFor();
}

/** Waits until the worker has nothing to do for the color tab. */
export async function settled(page: Page): Promise<void> {
  await page.locator('#gallery:not(.busy)').waitFor();
}

/** A file as a browser would give it. */
export type GivenFile = Exclude<
  Parameters<ReturnType<Page['locator']>['setInputFiles']>[0],
  readonly unknown[]
>;

/** Opens a photo and waits for its results. */
export async function upload(page: Page, file: GivenFile = PHOTO): Promise<void> {
  await page.locator('#file').setInputFiles(file);
  await said(page, /results in/);
  await settled(page);
}

/** The pictures in the gallery, as data URLs. */
export async function galleryPixels(page: Page): Promise<string[]> {
  const canvases = page.locator('#gallery canvas');
  return canvases.evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
}

/** The size of the PNG file that the page gives for download under a name. */
export async function downloadedSize(page: Page, name: string): Promise<number[]> {
  const waiting = page.waitForEvent('download');
  await page.locator('#download').click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe(name);
  const bytes = await readFile(await download.path());
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  await said(page, new RegExp(`${width} x ${height} pixels`));
  return [width, height];
}

/** Waits until the training tab says something. */
export async function trainingSaid(page: Page, text: RegExp): Promise<void> {
  await page.locator('#train-status').filter({ hasText: text }).waitFor();
}

/** Expects a chart to show the losses of so many steps, which fall. */
export async function expectLossFalls(page: Page, chart: string, steps: number): Promise<void> {
  const points = (await page.locator(`${chart} polyline.training`).getAttribute('points')) ?? '';
  const y = points.split(' ').map((point) => Number(point.split(',')[1])); // Pixels from the top: a lower loss is further down.
  const mean = (part: number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
  expect(y).toHaveLength(steps);
  expect(mean(y.slice(-steps / 4))).toBeGreaterThan(mean(y.slice(0, steps / 4)));
}

/** What axe-core finds wrong, however slight. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Presses Tab until something has the focus. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    if (await page.locator(selector).evaluate((one) => one === document.activeElement)) return;
  }
  throw new Error(`The Tab key does not reach ${selector}`);
}

/** Drops or pastes a file on the page. */
export async function give(
  page: Page,
  kind: 'drop' | 'paste',
  content: Buffer | string,
  name: string,
): Promise<void> {
  const bytes = [...Buffer.from(content)];
  await page.evaluate(
    ({ kind, bytes, name }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/jpeg' }));
      const event =
        kind === 'drop'
          ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: data, bubbles: true });
      document.body.dispatchEvent(event);
    },
    { kind, bytes, name },
  );
}
