import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, preview } from 'vite';

import { colorizer, loadColorizer } from '../../src/inference/colorizer.js';
import { saveColorizerModels } from '../../src/models/colorizerModels.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { folderStore } from '../../src/node/folderStore.js';
import { findChromium } from '../../tools/chromium.js';
import { pictureFolder } from '../cli/cliSupport.js';
import { colorfulModels } from '../support/tinyModels.js';
import { runProgram } from './runProgram.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

let folder: string;
let photos: string;
let model: string;

/** Runs an example in a process of its own, as its header says; `out` is a folder that it makes. */
async function example(name: string, args: (out: string) => readonly string[], steps = 2) {
  const out = join(folder, name);
  const program = new URL(`../../examples/${name}.ts`, import.meta.url);
  const { stdout } = await runProgram(program, args(out), { STEPS: String(steps) });
  return { out, stdout, files: (await readdir(out)).toSorted() };
}

const photo = (): string => join(photos, '1.png');

/** Whether the model in `out` can be loaded and colors a photo. */
async function expectColors(out: string): Promise<void> {
  const trained = await loadColorizer(folderStore(out));
  const [result] = await trained.colorize(await decodeImage(photo()), { count: 1 });
  expect(Array.from(result!.colorField.values).every(Number.isFinite)).toBe(true);
  trained.dispose();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyhue-test-'));
  photos = await pictureFolder(join(folder, 'photos'), 8);
  model = join(folder, 'model');
  const { models, dispose } = colorizer(colorfulModels(1));
  await saveColorizerModels(folderStore(model), models);
  dispose();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the examples', { timeout: 120_000 }, () => {
  it('are all listed in examples/README.md, and each has at most 120 lines', async () => {
    const list = await readFile(pathOf('examples/README.md'), 'utf8');
    const names = (await readdir(pathOf('examples'))).filter((name) => name !== 'README.md');
    for (const name of [...names, 'page/index.html']) {
      expect(list).toContain(`(${name}`);
      if (!name.includes('.')) continue;
      const lines = (await readFile(pathOf(`examples/${name}`), 'utf8')).trimEnd().split('\n');
      expect({ name, short: lines.length <= 120 }).toEqual({ name, short: true });
    }
  });

  it('color a file', async () => {
    const { out, files, stdout } = await example('colorizeFile', (out) => [photo(), model, out]);
    expect(files).toEqual(['1.1.png', '1.2.png', '1.3.png', '1.4.png', '1.5.png']);
    const { width, height } = await decodeImage(photo());
    expect(await decodeImage(join(out, '1.1.png'))).toMatchObject({ width, height });
    expect(stdout).toMatch(/1\.5\.png: weight 0\.\d\d/);
  });

  it('color a folder, and pass over what is no picture', async () => {
    const album = await pictureFolder(join(folder, 'album'), 2);
    await writeFile(join(album, 'broken.jpg'), 'no picture');
    const run = example('colorizeFolder', (out) => [album, model, out]);
    await expect(run).rejects.toThrow(/ended with 1:[^]*Cannot decode ".*broken\.jpg"/);
    const files = await readdir(join(folder, 'colorizeFolder'));
    expect(files.toSorted()).toEqual(
      ['1-0', '2-1'].flatMap((name) => [1, 2, 3].map((i) => `${name}.${i}.jpg`)).concat('sheet.png'),
    );
  });

  it('train on a folder, and go on when run again', async () => {
    const { out } = await example('trainFolder', (out) => [photos, out]);
    await expectColors(out);
    const { stdout } = await example('trainFolder', (out) => [photos, out]);
    expect(stdout).not.toContain('step 1');
  });

  it('fine-tune a saved model', async () => {
    const { out, stdout } = await example('fineTune', (out) => [photos, model, out]);
    expect(stdout).toContain('mixture density network: ended after 2 steps');
    await expectColors(out);
    const [before, after] = await Promise.all(
      [model, out].map((path) => readFile(join(path, 'polyhue.json'), 'utf8')),
    );
    expect(JSON.parse(after!).metadata.colorVae).toEqual(JSON.parse(before!).metadata.colorVae);
    expect(JSON.parse(after!).files).not.toEqual(JSON.parse(before!).files);
  });

  it('train with a custom loss', async () => {
    const { out, stdout } = await example('customLoss', (out) => [photos, out]);
    expect(stdout).toMatch(/chroma: \d+\.\d/);
    await expectColors(out);
  });

  it('train with a custom block', async () => {
    const { out, stdout } = await example('customBlock', (out) => [photos, out]);
    expect(stdout).toContain('residual_level3_add');
    await expectColors(out);
  });

  it('evaluate', async () => {
    const { files, stdout } = await example('evaluate', (out) => [photos, model, out]);
    expect(files).toEqual(['report.html']);
    expect(stdout).toMatch(/best of K: error\n {2}model +0\.\d+/);
  });

  it('interpolate latents', async () => {
    const { out } = await example('interpolateLatents', (out) => [photo(), model, out]);
    const sheet = await decodeImage(join(out, 'sheet.png'));
    expect(sheet.width).toBe(7 * 240 + 8 * 8);
  });

  it('give hints', async () => {
    const { files, stdout } = await example('hints', (out) => [photo(), model, out]);
    expect(files).toEqual(['first.png', 'sheet.png']);
    expect(stdout).toMatch(/Result 1, weight [01]\.\d\d: CIEDE2000 \d/);
  });
});

/** The status of the answer to a body that is sent in parts, so that its length is not known beforehand. */
async function postInParts(address: string, part: Uint8Array, count: number): Promise<number | undefined> {
  const sent = request(address, { method: 'POST' });
  for (let i = 0; i < count; i++) sent.write(part);
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('the HTTP endpoint', { timeout: 120_000 }, () => {
  it('colors a photo and refuses what is too much', async () => {
    const args = ['--import', 'tsx', pathOf('examples/server.ts'), model];
    const env = { ...process.env, PORT: '0', MAX_BYTES: '20000', MAX_JOBS: '1' };
    const server = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [text] = (await once(server.stdout, 'data')) as [Buffer];
      const address = `http://localhost:${/port (\d+)/.exec(text.toString())![1]}/colorize`;
      const post = async (body: Uint8Array, query = '') =>
        fetch(address + query, { method: 'POST', body: new Uint8Array(body) });
      const bytes = await readFile(photo());

      const [first, second] = await Promise.all([post(bytes), post(bytes)]);
      const answers = [first, second].toSorted((a, b) => a.status - b.status);
      expect(answers.map(({ status }) => status)).toEqual([200, 503]);
      expect(answers[0]!.headers.get('content-type')).toBe('image/png');
      const colored = new Uint8Array(await answers[0]!.arrayBuffer());
      expect((await decodeImage(colored)).width).toBe((await decodeImage(bytes)).width);

      const again = new Uint8Array(await (await post(bytes, '?seed=0')).arrayBuffer());
      expect(again).toEqual(colored);
      expect((await post(new Uint8Array(20_001))).status).toBe(413);
      expect(await postInParts(address, new Uint8Array(4000), 6)).toBe(413);
      expect((await post(bytes, '?seed=-1')).status).toBe(400);
      const broken = await post(Buffer.from('no picture'));
      expect([broken.status, await broken.text()]).toEqual([422, expect.stringContaining('"the photo"')]);
      expect((await fetch(address)).status).toBe(405);
      expect((await fetch(new URL('/', address))).status).toBe(404);
    } finally {
      server.kill();
      await once(server, 'close');
    }
  });
});

describe('the page of ten lines', { timeout: 300_000 }, () => {
  it('colors a photo in the browser', async () => {
    const script = /<script type="module">\n([^]*)<\/script>/.exec(
      await readFile(pathOf('examples/page/index.html'), 'utf8'),
    )![1]!;
    expect(script.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(10);

    process.env['POLYHUE_MODEL'] = model;
    const outDir = join(folder, 'page');
    const config = { configFile: pathOf('examples/web/vite.config.ts'), root: pathOf('examples/page') };
    const shared = { ...config, logLevel: 'error' as const, build: { outDir } };
    await build(shared);
    const server = await preview({ ...shared, preview: { host: '127.0.0.1', port: 0 } });
    const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      await page.goto(server.resolvedUrls!.local[0]!);
      // The page's policy forbids what `waitForFunction` does.
      const ready = async () => page.evaluate("document.querySelector('input').onchange !== null");
      await expect.poll(ready, { timeout: 30_000 }).toBe(true);
      await page.locator('input').setInputFiles(photo());
      await page.locator('canvas').nth(1).waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
