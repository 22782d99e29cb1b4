import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../src/errors.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { onWasm } from '../support/onWasm.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../support/tinyModels.js';
import { grainy } from '../training/smallPictures.js';

/** As many float32 as all memory of wasm. */
const TOO_MANY = 2 ** 30;

/** Gives back what it gets; while `greedy`, by way of a tensor that there is no room for. */
class Hungry extends layers.Layer {
  static readonly className = 'Hungry';
  greedy = false;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.tidy(() =>
      this.greedy ? tf.add(x!, tf.max(tf.tile(tf.zeros([1]), [TOO_MANY]))) : tf.clone(x!),
    );
  }
}

describe('colorize() on wasm without room', () => {
  it('says so, keeps no tensor, keeps the results before, and colorizes the next photo', async () => {
    await onWasm(async () => {
      const hungry = new Hungry({ name: 'hungry' });
      const lightness = input({ name: 'lightness', shape: [8, 8, 1] });
      const network = model({ inputs: lightness, outputs: hungry.apply(lightness) as SymbolicTensor });
      const mixture = { ...SMALLEST_MIXTURE, input: { kind: 'features', shape: [8, 8, 1] } } as const;
      const models = tinyModels(0, { vae: SMALLEST_VAE, mixture });
      const owner = colorizer(models, { features: { network, imageSize: 8 } });
      const photo = grainy(12, [200, 100, 50], 0);
      const [before] = await owner.colorize(photo, { count: 1 });

      hungry.greedy = true;
      await expectTensorsKeptAsync(0, async () => {
        await expect(owner.colorize(photo, { count: 1 })).rejects.toEqual(
          new BackendError(
            `Cannot make a tensor of ${4 * TOO_MANY} bytes as the "wasm" backend has no room for it in its 4 GB of memory: ` +
              'make the batches, the networks or the photos smaller',
          ),
        );
      });
      hungry.greedy = false;

      const [after] = await owner.colorize(photo, { count: 1 });
      expect(after!.latent).toEqual(before!.latent);
      expect((await before!.toRaster()).data).toEqual((await after!.toRaster()).data);
      owner.dispose();
      network.dispose();
    });
  });
});
