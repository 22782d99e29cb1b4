import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { type Checkpoint, saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError, FormatError } from '../../src/errors.js';
import type { ArrayFile } from '../../src/interchange/arrayFile.js';
import { importFeatures } from '../../src/interchange/importFeatures.js';
import { openArrays } from '../../src/interchange/openArrays.js';
import { loadFeatureNetwork } from '../../src/models/featureNetwork.js';
import { ZHANG_BLOCKS } from '../../src/models/zhangFeatures.js';
import golden from '../golden/features.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';
import { fromBase64, sourceOf } from './files.js';

/** The small network of tools/golden/features.py. */
const blocks = ZHANG_BLOCKS.map((block, i) => ({ ...block, filters: golden.filters[i]! }));
const open = (): Promise<ArrayFile> => openArrays(sourceOf(fromBase64(golden.file), 'eccv16.pth'));

async function stored(checkpoint: Checkpoint) {
  const store = memoryStore();
  await saveCheckpoint(store, checkpoint);
  return store;
}

describe('importFeatures()', () => {
  it('computes what PyTorch computes', async () => {
    const store = await stored(await importFeatures([await open()], { blocks, imageSize: 16 }));
    const { network, imageSize } = await loadFeatureNetwork(store);
    expect(imageSize).toBe(16);
    const features = network.apply(tf.tensor4d(golden.lightness, [1, 16, 24, 1])) as tf.Tensor;
    expect(features.shape).toEqual([1, 2, 3, 4]);
    await expectAllClose(features, golden.features, { rtol: 0, atol: 1e-4 });
    network.dispose();
  });

  it('lists all names and shapes that do not fit', async () => {
    const file = await open();
    const arrays = new Map(file.arrays);
    arrays.delete('model3.2.bias');
    arrays.set('model9.weight', { shape: [1], type: 'float32' });
    const importing = importFeatures([{ ...file, arrays }], {
      blocks: blocks.map((block, i) => (i === 6 ? { ...block, filters: 5 } : block)),
    });
    await expect(importing).rejects.toThrow(FormatError);
    await expect(importing).rejects.toThrow(
      'Cannot import "eccv16.pth": "model3.2.bias" is missing, not [3]; "model7.0.weight" is [4, 4, 3, 3], not [5, 4, 3, 3]; ' +
        '"model7.0.bias" is [4], not [5]; "model7.2.weight" is [4, 4, 3, 3], not [5, 5, 3, 3]; "model7.2.bias" is [4], not [5]; ' +
        '"model7.4.weight" is [4, 4, 3, 3], not [5, 5, 3, 3]; "model7.4.bias" is [4], not [5]; "model9.weight" is [1], not expected',
    );
  });

  it('refuses a scale that no statistics stand for', async () => {
    const file = await open();
    const read: ArrayFile['read'] = async (name) =>
      name === 'model2.4.weight' ? { shape: [3], values: Float32Array.of(1, -1, 1) } : file.read(name);
    await expect(importFeatures([{ ...file, read }], { blocks })).rejects.toThrow(
      'Cannot read "eccv16.pth" as the scale of channel 1 of the normalization "conv2_2norm" is -1: it must be above 0',
    );
  });
});

describe('loadFeatureNetwork()', () => {
  const bad = (change: object) => async () => {
    const checkpoint = await importFeatures([await open()], { blocks });
    return loadFeatureNetwork(await stored({ ...checkpoint, metadata: { ...(checkpoint.metadata as object), ...change } }));
  }; // prettier-ignore

  it.each([
    [{ release: 'v3' }, 'as \'release\' must be one of v1, v2: current value is "v3"'],
    [{ imageSize: 225 }, "as 'imageSize' must be a multiple of 8: current value is 225"],
    [{ blocks: [] }, "as 'blocks' must have a block"],
    [{ blocks: [{ filters: 16384, convolutions: 32, strides: 1, dilation: 1 }] }, "as 'blocks' must need at most the "], // prettier-ignore
    [{ blocks: [{ filters: 2, convolutions: 0, strides: 1, dilation: 1 }] }, "'blocks[0].convolutions' must be from 1 to 32"], // prettier-ignore
    [{ blocks: blocks.slice(1) }, 'as its weights do not fit: '],
  ])('refuses the config %j and leaves no tensor', async (change, message) => {
    const before = tf.memory().numTensors;
    const loading = bad(change)();
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
