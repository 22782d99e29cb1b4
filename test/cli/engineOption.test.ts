import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { decodeImage } from '../../src/node/decodeImage.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { modelFolder, pictureFolder, polyhue } from './cliSupport.js';

const NOTE = existsSync('node_modules/onnxruntime-node')
  ? 'The networks run on onnxruntime-node\n'
  : 'The networks run on onnxruntime-web; for native speed, run "npm install onnxruntime-node"\n';

/** Photos, a model, and the command with a folder of its own for the results. */
async function workplace(photos: number) {
  const root = await temporaryFolder();
  const model = await modelFolder(join(root, 'model'));
  const album = await pictureFolder(join(root, 'album'), photos);
  const colorize = async (out: string, ...args: string[]) => {
    const options = ['--model', model, '--out', join(root, out), '--backend', 'wasm', '--count', '2'];
    return polyhue(['colorize', album, ...options, ...args]);
  };
  return { root, colorize };
}

/** The bytes of all results in a folder, by name. */
async function resultsIn(folder: string): Promise<Map<string, ArrayLike<number>>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png')).toSorted();
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, (await decodeImage(join(folder, name))).data] as const),
    ),
  );
}

describe('polyhue colorize --engine onnx', () => {
  it('writes what TensorFlow.js does, in this thread and in workers, keeps no tensor and says what runs', async () => {
    const { root, colorize } = await workplace(2);
    expect(await colorize('tfjs', '--engine', 'tfjs')).toMatchObject({ code: 0 });
    const before = tf.memory().numTensors;
    const { code, stderr } = await colorize('onnx', '--engine', 'onnx');
    expect([code, stderr.startsWith(NOTE)]).toEqual([0, true]);
    expect(tf.memory().numTensors).toBe(before);
    expect(await colorize('workers', '--engine', 'onnx', '--workers', '2')).toMatchObject({ code: 0 });
    const expected = await resultsIn(join(root, 'tfjs'));
    expect(expected.size).toBeGreaterThan(2);
    for (const folder of ['onnx', 'workers']) {
      const results = await resultsIn(join(root, folder));
      expect([...results.keys()]).toEqual([...expected.keys()]);
      for (const [name, bytes] of results) {
        const differences = Array.from(bytes, (byte, i) => Math.abs(byte - expected.get(name)![i]!));
        expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('passes over photos that were done with the other engine', async () => {
    const { colorize } = await workplace(1);
    await colorize('out');
    const { stdout } = await colorize('out', '--engine', 'onnx', '--resume');
    expect(stdout).toContain('0 of 1 photos colored, 1 were done before');
  });

  it.each([
    ['sequence', []],
    ['hint', ['1,1,#112233']],
    ['palette', ['#112233']],
    ['reference', ['red.png']],
    ['lock', ['0,0,2,2', '--lock-from', 'red.png']],
  ])('refuses --%s', async (option, value) => {
    const { code, stderr } = await polyhue([
      'colorize',
      'photo.png',
      '--engine',
      'onnx',
      `--${option}`,
      ...value,
    ]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        `Give '--engine onnx' or '--${option}', not both: clips and wishes are the work of TensorFlow.js`,
      ),
    ]);
  });

  it('refuses an engine that there is not', async () => {
    const { code, stderr } = await polyhue(['colorize', 'photo.png', '--engine', 'torch']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`'--engine' must be one of "tfjs", "onnx": current value is "torch"`),
    ]);
  });
});
