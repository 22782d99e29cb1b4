import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, preview, type PreviewServer } from 'vite';

import { colorizer } from '../../src/inference/colorizer.js';
import { saveColorizerModels } from '../../src/models/colorizerModels.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { folderStore } from '../../src/node/folderStore.js';
import { findChromium } from '../../tools/chromium.js';
import { colorfulModels } from '../support/tinyModels.js';

const CONFIG = fileURLToPath(new URL('../../examples/web/vite.config.ts', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHOTO = fileURLToPath(new URL('../../examples/photos/coffee.jpg', import.meta.url));

let folder: string;
let server: PreviewServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

const status = async (text: RegExp): Promise<void> => {
  await page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 120_000 });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyhue-test-'));
  const { models, dispose } = colorizer(colorfulModels(1));
  await saveColorizerModels(folderStore(join(folder, 'model')), models);
  dispose();
  process.env['POLYHUE_MODEL'] ??= join(folder, 'model');
  const outDir = join(folder, 'page');
  await build({ configFile: CONFIG, logLevel: 'error', build: { outDir } });
  const options = { host: '127.0.0.1', port: 0 };
  server = await preview({ configFile: CONFIG, logLevel: 'error', build: { outDir }, preview: options });
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(server.resolvedUrls!.local[0]!);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

/** What axe-core finds that keeps people from using the page, by rule. */
async function barriers(): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const results = () => page.locator('#gallery button');

describe('the demo page', { timeout: 180_000 }, () => {
  it('says which backend runs, and that WebGPU is missing', async () => {
    await status(/Ready/);
    expect(await page.locator('#backend').textContent()).toMatch(
      /^Backend: wasm, as WebGPU is not available here/,
    );
  });

  it('says what to do about a file that is no picture, and goes on', async () => {
    await page
      .locator('#file')
      .setInputFiles({ name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no') });
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/cannot read “broken.jpg” as a picture/);
  });

  it('shows results with weights', async () => {
    await page.locator('#file').setInputFiles(PHOTO);
    await status(/results in/);
    expect(await results().count()).toBeGreaterThan(1);
    expect(await results().first().getAttribute('aria-label')).toMatch(/^Result 1, weight \d+ %$/);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
  });

  it('changes the results when a place is given a color by the keyboard', async () => {
    await page.locator('#stage').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await status(/Looking for colors|Coloring/);
    await status(/results in/);
    expect(await page.locator('#marks span').count()).toBe(2);
    expect(await page.locator('#clear').isEnabled()).toBe(true);
  });

  it('saves the photo at its own size', async () => {
    const { width, height } = await decodeImage(PHOTO);
    const download = page.waitForEvent('download');
    await page.locator('#download').click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('coffee-color.png');
    const saved = await decodeImage(await readFile(await file.path()));
    expect([saved.width, saved.height]).toEqual([width, height]);
  });

  it('has no barrier that axe-core calls serious, light or dark', async () => {
    expect(await barriers()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await barriers()).toEqual([]);
    const shots = process.env['SCREENSHOTS'];
    if (shots !== undefined) await page.screenshot({ path: join(shots, 'dark.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('has no wider page on a phone, and no error in the console', async () => {
    const shots = process.env['SCREENSHOTS'];
    if (shots !== undefined) await page.screenshot({ path: join(shots, 'desktop.png'), fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    if (shots !== undefined) await page.screenshot({ path: join(shots, 'phone.png'), fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(problems).toEqual([]);
  });
});
