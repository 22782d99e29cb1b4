import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axe from 'axe-core';
import type { Download, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { saveColorizerModels } from '../../src/models/colorizerModels.js';
import { folderStore } from '../../src/node/folderStore.js';
import { type DemoPage, openDemoPage } from '../../tools/demoPage.js';
import { colorfulModels } from '../support/tinyModels.js';

const PHOTO = 'examples/photos/cat-chelsea.jpg';

let demo: DemoPage;
let page: Page;
/** What the console says is wrong, and what is thrown and not caught. */
const errors: string[] = [];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-demo-model-'));
  await saveColorizerModels(folderStore(folder), colorfulModels(1));
  demo = await openDemoPage(folder);
  page = await newPage();
}, 300_000);

afterAll(async () => demo.close());

async function newPage(): Promise<Page> {
  const made = await (demo.browser.contexts()[0] ?? (await demo.browser.newContext())).newPage();
  made.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  made.on('pageerror', (error) => errors.push(error.message));
  await made.goto(demo.url);
  await said(made, /^Ready/);
  return made;
}

/** Waits until the color tab says something. */
async function said(on: Page, text: RegExp): Promise<void> {
  await on.locator('#status').filter({ hasText: text }).waitFor();
}

const trainingSaid = async (text: RegExp): Promise<void> =>
  page.locator('#train-status').filter({ hasText: text }).waitFor();

async function upload(path = PHOTO): Promise<void> {
  await page.locator('#file').setInputFiles(path);
  await said(page, /results in/);
}

/** The pictures in the gallery, as data URLs. */
const galleryPixels = async (): Promise<string[]> =>
  page
    .locator('#gallery canvas')
    .evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));

async function sizeOfPng(download: Download): Promise<number[]> {
  const bytes = await readFile(await download.path());
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

/** Drops or pastes a file on the page. */
async function give(kind: 'drop' | 'paste', content: Buffer | string, name: string): Promise<void> {
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

async function seriousFindings(): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('the tab that colors photos', () => {
  it('shows results of an uploaded photo, and says that it had color', async () => {
    await upload();
    expect(await page.locator('#gallery li').count()).toBeGreaterThan(1);
    expect(await page.locator('#tone').isVisible()).toBe(true);
    expect(await page.locator('#backend').textContent()).toContain('wasm');
  });

  it('changes the results for a color that is placed by pointer or keyboard', async () => {
    const before = await galleryPixels();
    await page.locator('#stage').click();
    await said(page, /results in/);
    await page.locator('#gallery:not(.busy)').waitFor();
    const after = await galleryPixels();
    expect(after).not.toEqual(before);
    await page.locator('#stage').press('ArrowLeft');
    await page.locator('#stage').press('Enter');
    await page.locator('#marks span').nth(2).waitFor();
    await page.locator('#gallery:not(.busy)').waitFor();
    await page.locator('#clear').click();
    await page.locator('#gallery:not(.busy)').waitFor();
    expect(await galleryPixels()).toEqual(before);
  });

  it('is canceled, and goes on with the next wish', async () => {
    await page.evaluate(() => {
      document.querySelector('#settings')!.dispatchEvent(new Event('change'));
      document.querySelector<HTMLButtonElement>('#cancel')!.click();
    });
    expect(await page.locator('#status').textContent()).toBe('Canceled.');
    expect(await page.locator('#cancel').isVisible()).toBe(false);
    await upload();
  });

  it('downloads a photo at its own size', async () => {
    await page.locator('#gallery button').nth(1).click();
    const waiting = page.waitForEvent('download');
    await page.locator('#download').click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe('cat-chelsea-color.png');
    const [width, height] = await sizeOfPng(download);
    await said(page, new RegExp(`${width} x ${height} pixels`));
    expect([width, height]).toEqual([451, 300]);
  });

  it('takes a photo that is dropped or pasted, and says what is wrong with a broken one', async () => {
    const photo = await readFile('examples/photos/two-dogs.jpg');
    for (const kind of ['drop', 'paste'] as const) {
      await give(kind, 'no picture', `broken-${kind}.jpg`);
      await page
        .locator('#alert')
        .filter({ hasText: `“broken-${kind}.jpg” as a picture` })
        .waitFor();
      await give(kind, photo, `${kind}.jpg`);
      await said(page, /results in/);
      expect(await page.locator('#alert').isVisible()).toBe(false);
    }
  });

  it('says which file of a model is missing, and keeps the model it has', async () => {
    const weights = { name: 'weights-1.bin', mimeType: 'application/octet-stream', buffer: Buffer.from('x') };
    await page.locator('#model-files').setInputFiles([weights]);
    await page.locator('#alert').filter({ hasText: 'Cannot find "polyhue.json"' }).waitFor();
    await upload();
    expect(await page.locator('#alert').isVisible()).toBe(false);
  });

  it('has no serious accessibility finding', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings()).toEqual([]);
    }
  });
});

describe('the tab that trains', () => {
  const losses = async (chart: string): Promise<number[]> => {
    const points = (await page.locator(`${chart} polyline.training`).getAttribute('points')) ?? '';
    return points.split(' ').map((point) => Number(point.split(',')[1]));
  };

  it('lowers the losses of both networks, is paused, and shows samples', { timeout: 240_000 }, async () => {
    await page.locator('#tab-train').click();
    await page.locator('#train-samples').click();
    await trainingSaid(/^18 pictures/);
    await page.locator('[name=steps]').fill('48');
    await page.locator('[name=batchSize]').fill('4');
    await page.locator('#train-start').click();
    await page.locator('#train-pause:enabled').waitFor();
    await trainingSaid(/step [3-9]/);
    await page.locator('#train-pause').click();
    await trainingSaid(/^Paused/);
    const other = await newPage();
    await other.locator('#tab-train').click();
    await other.locator('#train-samples').click();
    await other.locator('#train-start:enabled').click();
    await other.locator('#train-alert').filter({ hasText: 'Another tab of this page is training' }).waitFor();
    await other.close();
    await page.locator('#train-pause').click();
    await trainingSaid(/^Done/);
    for (const chart of ['#chart-vae', '#chart-mdn']) {
      const y = await losses(chart); // Pixels from the top: a lower loss is further down.
      const mean = (part: number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
      expect(y).toHaveLength(48);
      expect(mean(y.slice(-12))).toBeGreaterThan(mean(y.slice(0, 12)));
    }
    expect(await page.locator('#samples tr').count()).toBeGreaterThan(4);
    expect(await page.locator('#samples canvas').count()).toBeGreaterThan(12);
  });

  it('has no serious accessibility finding', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings()).toEqual([]);
    }
  });

  it('is stopped and goes on later with the same pictures', { timeout: 240_000 }, async () => {
    await page.locator('#train-start').click();
    await trainingSaid(/step [3-9]/);
    await page.locator('#train-stop').click();
    await trainingSaid(/^Stopped/);
    await page.locator('[name=resume]').check();
    await page.locator('#train-settings [name=seed]').fill('1');
    await page.locator('#train-start').click();
    await page.locator('#train-alert').filter({ hasText: 'seed was 0 and is 1' }).waitFor();
    await page.locator('#train-settings [name=seed]').fill('0');
    await page.locator('#train-start').click();
    await trainingSaid(/^Done/);
    expect(await page.locator('[name=resume]').isVisible()).toBe(false);
  });

  it('gives the model as files that the other tab opens, and colors photos with it', async () => {
    const files: { name: string; mimeType: string; buffer: Buffer }[] = [];
    const both = new Promise<void>((resolve) => {
      page.on('download', (download) => {
        const keep = async (): Promise<void> => {
          const [name, path] = [download.suggestedFilename(), await download.path()];
          files.push({ name, mimeType: 'application/octet-stream', buffer: await readFile(path) });
          if (files.length === 2) resolve();
        };
        void keep();
      });
    });
    await page.locator('#train-save').click();
    await both;
    await page.locator('#train-use').click();
    await page.locator('#model').filter({ hasText: 'the one that you trained' }).waitFor();
    await upload();
    const mine = await galleryPixels();
    await page.locator('#model-files').setInputFiles(files);
    await page.locator('#model').filter({ hasText: 'one of your own' }).waitFor();
    await page.locator('#gallery:not(.busy)').waitFor();
    await upload();
    expect(await galleryPixels()).toEqual(mine);
  });
});

describe('the page as a whole', () => {
  it('has a strict content security policy, and nothing breaks it', async () => {
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain('unsafe-inline');
    expect(errors).toEqual([]);
  });
});
