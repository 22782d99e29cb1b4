import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import type { ColorizerEvaluation } from '../../src/evaluation/evaluation.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { modelFolder, pictureFolder, polyhue } from './cliSupport.js';

/** An empty folder with a model, photos and the way to measure the one by the others. */
async function workplace(pictures = 4) {
  const root = await temporaryFolder();
  const model = await modelFolder(join(root, 'model'));
  const photos = await pictureFolder(join(root, 'photos'), pictures);
  const evaluate = async (...args: string[]) =>
    polyhue(['evaluate', model, photos, '--backend', 'wasm', ...args]);
  return { root, model, photos, evaluate };
}

describe('polyhue evaluate', () => {
  it('prints the figures of the model with their intervals', async () => {
    const { evaluate } = await workplace();
    const { code, stdout, stderr } = await evaluate('--count', '3');
    expect([code, stderr]).toEqual([0, 'Evaluating  1/4 \nEvaluating  4/4 \n']);
    expect(stdout).toMatch(
      /^4 photos at 16 x 16 pixels, K = 3 modes; errors are mean \|ab difference\| \/ 128\n/,
    );
    expect(stdout).toMatch(/\nbest of K: error {2,}0\.\d{4} {2,}0\.\d{4} to 0\.\d{4}\n/);
    expect(stdout).toMatch(/\nCIEDE2000 between results {2,}\d+\.\d\d {2}/);
    expect(stdout).toMatch(/\nweight +mean +nearest to the code +count\n/);
    expect(stdout).not.toMatch(/NaN|Infinity|null|undefined|plain prior, k-means/);
  });

  it('prints no figure that could not be computed', async () => {
    const { evaluate } = await workplace(1);
    const { code, stdout } = await evaluate('--count', '1');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/variance|between results|last|best result|NaN/);
    expect(stdout).toMatch(/\nfirst result: error {2,}0\.\d{4}\n/); // one photo has no interval
  });

  it('measures by listed pictures alone, and tells of names that are none', async () => {
    const { root, evaluate } = await workplace();
    const list = join(root, 'only.txt');
    await writeFile(list, '1.png\nelsewhere.png\n3.png\n');
    const { stdout, stderr } = await evaluate('--only', list, '--json');
    const { photos } = JSON.parse(stdout) as ColorizerEvaluation;
    expect(photos.map(({ name }) => name)).toEqual(['1.png', '3.png']);
    expect(stderr).toContain(`Warning: 1 of 3 names in "${list}" are not in "${join(root, 'photos')}"\n`);
    const missing = await evaluate('--only', join(root, 'none.txt'));
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Cannot read the list ".*none.txt": /),
    });
  });

  it('adds the baselines', async () => {
    const { evaluate } = await workplace();
    const { code, stdout, stderr } = await evaluate('--baselines', '--prior-samples', '8', '--limit', '2');
    expect(code).toBe(0);
    expect(stderr).toContain('Mean colors 2/2 \n');
    for (const name of ['grey', 'mean color field', 'mean by lightness', 'plain prior', 'reconstruction'])
      expect(stdout).toMatch(new RegExp(`\n${name} {2,}0\\.\\d{4} `));
  });

  it('writes everything as one JSON object, the same for the same seed', async () => {
    const { evaluate } = await workplace();
    const args = ['--json', '--temperature', '0.8', '--seed', '3', '--count', '2', '--limit', '2'];
    const { stdout } = await evaluate(...args);
    const { settings, photos, systems } = JSON.parse(stdout) as ColorizerEvaluation;
    const sampled = { count: 2, mode: 'samples', temperature: 0.8, seed: 3 };
    expect(settings).toEqual({ ...sampled, leastDifference: 1, priorSamples: 256 });
    expect(photos.map(({ name }) => name)).toEqual(['0.png', '2.png']);
    expect(systems.map(({ name, results }) => [name, results])).toEqual([['model', 2]]);
    expect((await evaluate(...args)).stdout).toBe(stdout);
  });

  it('counts grey photos, names those that cannot be read, and measures by the others', async () => {
    const { photos, evaluate } = await workplace(2);
    await sharp({ create: { width: 20, height: 20, channels: 3, background: '#777' } }).toFile(
      join(photos, 'grey.png'),
    );
    await writeFile(join(photos, 'text.jpg'), 'Dear diary');
    const { code, stdout, stderr } = await evaluate('--count', '1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 photos at/);
    expect(stderr).toContain(`Warning: left out: Cannot decode "${join(photos, 'text.jpg')}": `);
    expect(stderr).toContain('Warning: 1 of 4 photos are grey and left out\n');
  });

  it('ends with 1 where there is nothing to measure by', async () => {
    const { root, model } = await workplace(1);
    const grey = join(root, 'grey');
    await mkdir(grey);
    await sharp({ create: { width: 20, height: 20, channels: 3, background: '#777' } }).toFile(
      join(grey, 'a.png'),
    );
    const run = async (path: string) => polyhue(['evaluate', model, path, '--backend', 'wasm']);
    expect(await run(grey)).toMatchObject({ code: 1, stdout: '' });
    expect((await run(grey)).stderr).toMatch(
      /\nCannot evaluate as none of the 1 photos can be used: 1 are grey, 0 cannot be read\n$/,
    );
    await mkdir(join(root, 'empty'));
    expect((await run(join(root, 'empty'))).stderr).toMatch(/^Cannot find a picture in the folder/);
    await writeFile(join(root, 'cut.tar'), new Uint8Array(700).fill(65));
    const cut = await run(join(root, 'cut.tar'));
    expect([cut.code, cut.stdout]).toEqual([1, '']);
    expect(cut.stderr).toMatch(/cut\.tar/);
  });

  it('refuses a report folder that cannot be made or written to before it measures', async () => {
    const { root, evaluate } = await workplace(1);
    await writeFile(join(root, 'file'), '');
    // Linux makes the folder of processes, which is there, refuse new files even to root.
    const folders = [join(root, 'file', 'report'), ...(process.platform === 'linux' ? ['/proc'] : [])];
    for (const folder of folders) {
      const { code, stdout, stderr } = await evaluate('--report', folder);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(new RegExp(`^Cannot write to the folder "${folder}": E[A-Z]+: .*\\n$`));
    }
  });

  it('names a shard that is cut short', async () => {
    const { root, photos, model } = await workplace(1);
    const shards = join(root, 'shards');
    await mkdir(shards);
    const photo = await sharp(join(photos, '0.png')).toFormat('png').toBuffer();
    const header = Buffer.alloc(512);
    header.write('0.png');
    header.write(photo.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    header.write('ustar', 257);
    header.fill(' ', 148, 156);
    header.write(
      header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0'),
      148,
    );
    await writeFile(join(shards, '0.tar'), Buffer.concat([header, photo.subarray(0, 20)]));
    expect(await polyhue(['evaluate', model, shards, '--backend', 'wasm'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Cannot read the archive "${join(shards, '0.tar')}" as the entry "0.png" is cut short at byte 532\n`,
    });
  });

  it('writes the report, also beside JSON', async () => {
    const { root, evaluate } = await workplace(2);
    const report = join(root, 'deep', 'report');
    const { code, stdout } = await evaluate('--count', '2', '--report', report);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`\nThe report is ${join(report, 'report.html')}\n$`));
    expect(await readdir(report)).toEqual(['report.html']);
    const page = await readFile(join(report, 'report.html'), 'utf8');
    expect(page).toContain('<h1>Evaluation of model on photos</h1>');
    const { stdout: json } = await evaluate('--count', '2', '--report', report, '--json');
    expect((JSON.parse(json) as ColorizerEvaluation).photos).toHaveLength(2);
  });

  it.each([
    [[], 'Give one folder or tar file, and before it a model if you like, not 0 in all'],
    [['a', 'b', 'c'], 'Give one folder or tar file, and before it a model if you like, not 3 in all'],
    [['a', 'b', '--prior-samples', '9'], "Give '--baselines' with '--prior-samples'"],
    [
      ['a', 'b', '--limit', '0'],
      "Cannot read the command line as '--limit' must be a positive integer: current value is 0",
    ],
  ])('ends with 2 where the command line is wrong: %j', async (args, message) => {
    const { code, stdout, stderr } = await polyhue(['evaluate', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
  });

  it('refuses more results than the model has components', async () => {
    const { evaluate } = await workplace(1);
    const { code, stderr } = await evaluate('--count', '9');
    expect([code, stderr]).toEqual([
      2,
      "The model has 8 components, so '--count' can be at most 8: use '--mode samples' for more\n",
    ]);
  });

  it('leaves neither tensor nor file behind', async () => {
    const { root, evaluate } = await workplace();
    await expectTensorsKeptAsync(0, async () => evaluate('--count', '2'));
    expect((await readdir(root)).toSorted()).toEqual(['model', 'photos']);
  });
});
