import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { importFeatures } from '../../src/interchange/importFeatures.js';
import { openArrays } from '../../src/interchange/openArrays.js';
import { disposeColorizerModels, saveColorizerModels } from '../../src/models/colorizerModels.js';
import { ZHANG_BLOCKS } from '../../src/models/zhangFeatures.js';
import { folderStore } from '../../src/node/folderStore.js';
import golden from '../golden/features.json' with { type: 'json' };
import { fromBase64, sourceOf } from '../interchange/files.js';
import { colorfulModels, TINY_MIXTURE } from '../support/tinyModels.js';
import { pictureFolder, polyhue } from './cliSupport.js';

let folder: string;
let color: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyhue-'));
  const blocks = ZHANG_BLOCKS.map((block, i) => ({ ...block, filters: golden.filters[i]! }));
  const file = await openArrays(sourceOf(fromBase64(golden.file), 'eccv16.pth'));
  await saveCheckpoint(
    folderStore(join(folder, 'features')),
    await importFeatures([file], { blocks, imageSize: 64 }),
  );
  const trunk = [{ filters: 4, kernelSize: 3, strides: 1 as const }];
  const mixture = { ...TINY_MIXTURE, input: { kind: 'features', shape: [8, 8, 4] }, trunk } as const;
  const models = colorfulModels(3, { mixture });
  await saveColorizerModels(folderStore(join(folder, 'model')), models);
  disposeColorizerModels(models);
  const photos = await pictureFolder(join(folder, 'photos'), 2);
  color = ['colorize', photos, '--backend', 'wasm', '--count', '2', '--model', join(folder, 'model')];
});
afterAll(() => rm(folder, { recursive: true }));

describe('polyhue colorize --features', () => {
  it('colors with a model that looks at features, in this thread and in workers, and keeps no tensor', async () => {
    const features = ['--features', join(folder, 'features')];
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await polyhue([...color, ...features, '--out', one]);
    const before = tf.memory().numTensors;
    expect(await polyhue([...color, ...features, '--out', one])).toMatchObject({ code: 0 });
    expect(tf.memory().numTensors).toBe(before);
    expect(await polyhue([...color, ...features, '--out', two, '--workers', '2'])).toMatchObject({ code: 0 });
    const names = (await readdir(one)).filter((name) => name.endsWith('.png'));
    expect(names.length).toBeGreaterThan(2);
    for (const name of names)
      expect((await readFile(join(one, name))).equals(await readFile(join(two, name)))).toBe(true);
  });

  it('asks for features where a model needs them', async () => {
    const { code, stderr } = await polyhue([...color, '--out', join(folder, 'none')]);
    expect(code).toBe(1);
    expect(stderr).toContain("'features' must be given, as the mixture density network looks at features");
  });

  it('says what is wrong with what it is given for features', async () => {
    const { code, stderr } = await polyhue([...color, '--features', join(folder, 'model')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('colorizer')]);
  });
});

describe('polyhue import of features', () => {
  it('knows the file by its names and lists what does not fit', async () => {
    const path = join(folder, 'eccv16.pth');
    await writeFile(path, fromBase64(golden.file));
    const { code, stderr } = await polyhue(['import', path, '--out', join(folder, 'a')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('"model1.0.weight" is [2, 1, 3, 3], not [64, 1, 3, 3]; ')]); // prettier-ignore
  });
});
