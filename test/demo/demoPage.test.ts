import { readFile } from 'node:fs/promises';

import type { Download, Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DemoPage } from '../../tools/demoPage.js';
import * as demoVisit from '../support/demoVisit.js';
import {
  accessibilityFindings,
  alerted,
  downloadedSize,
  expectLossFalls,
  give,
  said,
  settled,
  tabTo,
  upload,
} from '../support/demoVisit.js';
import { hugePng } from '../support/pngFile.js';

let demo: DemoPage;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  demo = await demoVisit.openTinyDemo();
  page = await newPage();
}, 300_000);

afterAll(async () => demo.close());

async function newPage(): Promise<Page> {
  const context = demo.browser.contexts()[0] ?? (await demo.browser.newContext());
  const made = await demoVisit.visit(demo, context, errors);
  await said(made, /^Ready/);
  return made;
}

const galleryPixels = async (): Promise<string[]> => demoVisit.galleryPixels(page);

const trainingSaid = async (text: RegExp): Promise<void> => demoVisit.trainingSaid(page, text);

describe('the tab that colors photos', () => {
  it('shows results of an uploaded photo, and says that it had color', async () => {
    await upload(page);
    expect(await page.locator('#gallery li').count()).toBeGreaterThan(1);
    expect(await page.locator('#tone').isVisible()).toBe(true);
    expect(await page.locator('#backend').textContent()).toContain('wasm');
  });

  it('changes the results for a color that is placed by pointer or keyboard', async () => {
    const before = await galleryPixels();
    await page.locator('#stage').click();
    await said(page, /results in/);
    await settled(page);
    const after = await galleryPixels();
    expect(after).not.toEqual(before);
    await page.locator('#stage').press('ArrowLeft');
    await page.locator('#stage').press('Enter');
    await page.locator('#marks span').nth(2).waitFor();
    await settled(page);
    await page.locator('#clear').click();
    await settled(page);
    expect(await galleryPixels()).toEqual(before);
  });

  it('is canceled, and goes on with the next wish', async () => {
    await page.evaluate(() => {
      document.querySelector('#settings')!.dispatchEvent(new Event('change'));
      document.querySelector<HTMLButtonElement>('#cancel')!.click();
    });
    expect(await page.locator('#status').textContent()).toBe('Canceled.');
    expect(await page.locator('#cancel').isVisible()).toBe(false);
    await upload(page);
    const downloads: Download[] = [];
    page.on('download', (download) => void downloads.push(download));
    await page.evaluate(() => {
      document.querySelector<HTMLButtonElement>('#download')!.click();
      document.querySelector<HTMLButtonElement>('#cancel')!.click();
    });
    await upload(page); // The worker answers after what was canceled.
    expect(downloads).toEqual([]);
  });

  it('downloads a photo at its own size', async () => {
    await page.locator('#gallery button').nth(1).click();
    expect(await downloadedSize(page, 'cat-chelsea-color.png')).toEqual([451, 300]);
  });

  it('shows a large photo smaller, upright, and downloads it at its own size', async () => {
    const photo = sharp(demoVisit.PHOTO).resize(2000, 1200, { fit: 'fill' });
    const buffer = await photo.withMetadata({ orientation: 6 }).jpeg().toBuffer();
    await upload(page, { name: 'turned.jpg', mimeType: 'image/jpeg', buffer });
    const shown = page.locator('#colors');
    expect([await shown.getAttribute('width'), await shown.getAttribute('height')]).toEqual(['614', '1024']);
    expect(await downloadedSize(page, 'turned-color.png')).toEqual([1200, 2000]);
  });

  it('says what is wrong with a file of another kind, and with one of too many pixels', async () => {
    const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') };
    await page.locator('#file').setInputFiles(notes);
    await alerted(page, '“notes.txt” as a picture. It may be damaged or of another kind. Try a JPEG');
    const huge = { name: 'huge.png', mimeType: 'image/png', buffer: hugePng(20_000, 10_000) };
    await page.locator('#file').setInputFiles(huge);
    await alerted(
      page,
      '“huge.png” has 20000 x 10000 pixels, 200 megapixels. This page colors photos of up to 100',
    );
    expect(await page.locator('#alert button').isVisible()).toBe(false);
    expect(await page.locator('#cancel').isVisible()).toBe(false);
    await upload(page);
    expect(await page.locator('#alert').isVisible()).toBe(false);
  });

  it('takes a photo that is dropped or pasted, and says what is wrong with a broken one', async () => {
    const photo = await readFile('examples/photos/two-dogs.jpg');
    for (const kind of ['drop', 'paste'] as const) {
      await give(page, kind, 'no picture', `broken-${kind}.jpg`);
      await alerted(page, `“broken-${kind}.jpg” as a picture`);
      await give(page, kind, photo, `${kind}.jpg`);
      await said(page, /results in/);
      expect(await page.locator('#alert').isVisible()).toBe(false);
    }
  });

  it('says which file of a model is missing, and keeps the model it has', async () => {
    const weights = { name: 'weights-1.bin', mimeType: 'application/octet-stream', buffer: Buffer.from('x') };
    await page.locator('#model-files').setInputFiles([weights]);
    await alerted(page, 'Cannot find "polyhue.json"');
    await upload(page);
    expect(await page.locator('#alert').isVisible()).toBe(false);
  });

  it('has no accessibility finding', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFindings(page)).toEqual([]);
    }
  });
});

describe('the tab that trains', () => {
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
    for (const chart of ['#chart-vae', '#chart-mdn']) await expectLossFalls(page, chart, 48);
    // The photos, eight rows of the mixture and those of the color VAE since the photos are open.
    expect(await page.locator('#samples tr').count()).toBeGreaterThan(9);
    expect(await page.locator('#samples tr').last().textContent()).toContain('mixture 48');
    expect(await page.locator('#samples canvas').count()).toBeGreaterThan(45);
  });

  it('has no accessibility finding', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFindings(page)).toEqual([]);
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
    await upload(page);
    const mine = await galleryPixels();
    await page.locator('#model-files').setInputFiles(files);
    await page.locator('#model').filter({ hasText: 'one of your own' }).waitFor();
    await settled(page);
    await upload(page);
    expect(await galleryPixels()).toEqual(mine);
  });
});

describe('the page as a whole', () => {
  it('is used with the keyboard alone', async () => {
    const other = await newPage();
    await tabTo(other, '#tab-color');
    await other.keyboard.press('ArrowRight');
    expect(await other.locator('#panel-train').isVisible()).toBe(true);
    await other.keyboard.press('ArrowRight');
    expect(await other.locator('#panel-color').isVisible()).toBe(true);
    await tabTo(other, '#file');
    await tabTo(other, '#sample');
    await other.keyboard.press('Enter');
    await said(other, /results in/);
    await tabTo(other, '#stage');
    await other.keyboard.press('ArrowRight');
    await other.keyboard.press('Enter');
    await said(other, /^Coloring/);
    await settled(other);
    await tabTo(other, '#compare');
    await tabTo(other, '#gallery li:nth-child(2) button');
    await other.keyboard.press('Space');
    const pressed = other.locator('#gallery button[aria-pressed=true]');
    expect(await pressed.getAttribute('aria-label')).toMatch(/^Result 2, weight/);
    await other.close();
  });

  it('does not move what is on it while it loads and colors', async () => {
    const screens = [
      { viewport: { width: 1280, height: 1200 } },
      { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    ];
    for (const screen of screens) {
      const context = await demo.browser.newContext(screen);
      await context.addInitScript(() => {
        const shifts: unknown[] = Object.assign(globalThis, { shifts: [] }).shifts;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { hadRecentInput: boolean })[])
            if (!entry.hadRecentInput) shifts.push(entry.toJSON());
        }).observe({ type: 'layout-shift', buffered: true });
      });
      const other = await demoVisit.visit(demo, context, errors);
      await said(other, /^Ready/);
      await upload(other);
      await upload(other, 'examples/photos/two-dogs.jpg');
      const frame = async (): Promise<unknown> =>
        other.evaluate(
          async () => new Promise((resolve) => void requestAnimationFrame(() => setTimeout(resolve))),
        );
      await frame();
      expect(await other.evaluate(() => (globalThis as unknown as { shifts: unknown[] }).shifts)).toEqual([]);
      await context.close();
    }
  });

  it('has a strict content security policy, and nothing breaks it', async () => {
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain('unsafe-inline');
    expect(errors).toEqual([]);
  });
});
