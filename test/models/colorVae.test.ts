import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import { reparameterize } from '../../src/distributions/diagonalGaussian.js';
import {
  type ColorVae,
  colorVae,
  decodeLatents,
  encodeColorField,
  encodeGreyLevel,
  forwardColorVae,
} from '../../src/models/colorVae.js';
import type { ColorVaeConfig } from '../../src/models/config.js';
import { countOperations } from '../../src/models/count.js';
import { COLOR_VAE_PRESETS } from '../../src/models/presets.js';
import { namedWeights } from '../../src/models/weights.js';
import golden from '../golden/models/colorVaeSmall.json' with { type: 'json' };
import goldenTf from '../golden/models/colorVaeTfSmall.json' with { type: 'json' };
import { everyFifth, fillWithGoldenWeights, goldenInputs, goldenUniform } from '../support/goldenWeights.js';
import { expectAllClose, expectAllFinite, expectTensorsKept, type Tolerance } from '../support/numeric.js';

const { reference, referenceTf } = COLOR_VAE_PRESETS;
/** Sixteen times fewer pixels than the preset: software GPUs are slow. */
const tiny: ColorVaeConfig = { ...COLOR_VAE_PRESETS.tiny, imageSize: 16 };

/** The structure of the references with the sizes and filters of the golden files. */
const SMALL: ColorVaeConfig = {
  ...reference,
  imageSize: 32,
  latentDim: 3,
  encoder: { ...reference.encoder, filters: [2, 3, 4, 5] },
  conditionalEncoder: { ...reference.conditionalEncoder, filters: [2, 3, 4, 5] },
  decoder: { ...reference.decoder, filters: [5, 4, 3, 2] },
  dropoutRate: 0,
};
const SMALL_TF: ColorVaeConfig = {
  ...referenceTf,
  imageSize: 32,
  latentDim: 3,
  encoder: { ...referenceTf.encoder, filters: [2, 3, 4, 5] },
  conditionalEncoder: { ...referenceTf.conditionalEncoder, filters: [2, 3, 4, 3] },
  decoder: { ...referenceTf.decoder, filters: [6, 5, 4, 3] },
};

/** Float32 sums over whole maps, in another order than PyTorch's. */
const DEEP: Tolerance = { rtol: 1e-3, atol: 1e-4 };

const built: ColorVae[] = [];

function build(config: ColorVaeConfig, seed?: number): ColorVae {
  const vae = colorVae(seed === undefined ? { config } : { config, seed });
  built.push(vae);
  return vae;
}

function filled(config: ColorVaeConfig): ColorVae {
  const vae = build(config);
  fillWithGoldenWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);
  return vae;
}

function example(batch: number, size: number) {
  const { greyLevel, colorField } = goldenInputs(batch, size, 1);
  return { greyLevel, colorField };
}

afterEach(() => {
  for (const vae of built.splice(0)) vae.dispose();
});

describe('colorVae()', () => {
  it('equals the PyTorch reference in evaluation mode', async () => {
    const vae = filled(SMALL);
    const { colorField, greyLevel, noise } = goldenInputs(3, 32, 3);
    const { means, logVariances } = encodeColorField(vae, colorField);
    await expectAllClose(means, golden.means, DEEP);
    await expectAllClose(logVariances, golden.logVariances, DEEP);
    const painted = decodeLatents(vae, noise, encodeGreyLevel(vae, greyLevel));
    await expectAllClose(await everyFifth(painted), golden.colorField, DEEP);
  });

  it('equals the TensorFlow reference in evaluation mode', async () => {
    const vae = filled(SMALL_TF);
    const { colorField, greyLevel, noise } = goldenInputs(2, 32, 3);
    const { means, logVariances } = encodeColorField(vae, colorField);
    await expectAllClose(means, goldenTf.means, DEEP);
    await expectAllClose(logVariances, goldenTf.logVariances, DEEP);
    const painted = decodeLatents(vae, noise, encodeGreyLevel(vae, greyLevel));
    await expectAllClose(await everyFifth(painted), goldenTf.colorField, DEEP);
  });

  it('has the loss, gradients and running statistics of the PyTorch reference in training mode', async () => {
    const vae = filled(SMALL);
    const { colorField, greyLevel, noise } = goldenInputs(3, 32, 3);
    const target = tf.tensor4d(goldenUniform(3 * 32 * 32 * 2, 4), [3, 32, 32, 2]);
    const { trainable, statistics } = namedWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);
    const { value, grads } = tf.variableGrads(() => {
      const options = { training: true };
      const posterior = encodeColorField(vae, colorField, options);
      const conditioning = encodeGreyLevel(vae, greyLevel, options);
      const output = decodeLatents(vae, reparameterize(posterior, noise), conditioning, options);
      const { means, logVariances } = posterior;
      const divergence = tf.sub(tf.add(tf.square(means), tf.exp(logVariances)), tf.add(logVariances, 1));
      return tf.add<tf.Scalar>(tf.sum(tf.squaredDifference(output, target)), tf.mul(0.5, tf.sum(divergence)));
    }, [...trainable.values()]);
    const { training } = golden;
    await expectAllClose(value, [training.loss], { rtol: 1e-4 });
    expect([...trainable.keys()].toSorted()).toEqual(Object.keys(training.gradients));
    for (const [name, expected] of Object.entries<number[]>(training.gradients)) {
      const largest = Math.max(...expected.map(Math.abs));
      await expectAllClose(grads[trainable.get(name)!.name]!, expected, { rtol: 2e-3, atol: 2e-4 * largest });
    }
    await expectAllClose(statistics.get('encoder_down1_norm/moving_mean')!, training.movingMean, DEEP);
    await expectAllClose(
      statistics.get('encoder_down1_norm/moving_variance')!,
      training.movingVariance,
      DEEP,
    );
  });

  it('decodes many codes of one photo as it decodes copies of the photo', async () => {
    for (const config of [SMALL, SMALL_TF, tiny]) {
      const vae = build(config, 1);
      const { greyLevel } = example(1, config.imageSize);
      const z = tf.tensor2d(goldenUniform(3 * config.latentDim, 5), [3, config.latentDim]);
      const conditioning = encodeGreyLevel(vae, greyLevel);
      const copies = conditioning.map((map) => tf.tile(map, [3, 1, 1, 1]));
      await expectAllClose(decodeLatents(vae, z, conditioning), await decodeLatents(vae, z, copies).data(), {
        rtol: 1e-4,
        atol: 1e-5,
      });
    }
  });

  it('may convolve before upsampling: the same for kernels of one pixel, at fewer operations', async () => {
    const decoder = { ...tiny.decoder, kernelSizes: [1, 1, 1, 1] };
    const [before, after] = (['convolutionFirst', 'upsampleFirst'] as const).map((order) =>
      filled({ ...tiny, decoder: { ...decoder, order } }),
    );
    const { greyLevel } = example(2, 16);
    const z = tf.tensor2d(goldenUniform(2 * 16, 5), [2, 16]);
    const painted = decodeLatents(after!, z, encodeGreyLevel(after!, greyLevel));
    await expectAllClose(
      decodeLatents(before!, z, encodeGreyLevel(before!, greyLevel)),
      await painted.data(),
      { rtol: 1e-4, atol: 1e-5 },
    );
    expect(countOperations(before!.decoder)).toBeLessThan(countOperations(after!.decoder));
  });

  it('lets codes be optimized: the decoder has a gradient for z in evaluation mode', async () => {
    const vae = build(tiny, 1);
    const conditioning = encodeGreyLevel(vae, example(1, 16).greyLevel);
    const z = tf.tensor2d(goldenUniform(16, 5), [1, 16]);
    const loss = (code: tf.Tensor) => tf.sum(decodeLatents(vae, code as tf.Tensor2D, conditioning));
    const gradient = tf.grad(loss)(z);
    const step = tf.mul(gradient, 1e-2 / (await tf.norm(gradient).data())[0]!);
    const [up, down] = [loss(tf.add(z, step)), loss(tf.sub(z, step))];
    const slope = (await tf.sub(up, down).data())[0]! / 2e-2;
    await expectAllClose(tf.norm(gradient), [slope], { rtol: 5e-2 });
  });

  it('builds other sizes that are multiples of 16', () => {
    const vae = build({ ...tiny, imageSize: 48 }, 0);
    const output = forwardColorVae(vae, example(2, 48), { seed: 0, training: false });
    expect(output.reconstruction.shape).toEqual([2, 48, 48, 2]);
  });

  it('refuses sizes that cannot be halved once per level', () => {
    expect(() => colorVae({ config: { ...tiny, imageSize: 72 } })).toThrow(
      "Cannot create colorVae as 'imageSize' must be a multiple of 16: current value is 72",
    );
  });

  it('draws the same weights for the same seed, others for another, and none without', async () => {
    const kernel = async (vae: ColorVae) =>
      namedWeights(vae.encoder).trainable.get('encoder_means/kernel')!.data();
    const first = await kernel(build(tiny, 0));
    expect(await kernel(build(tiny, 0))).toEqual(first);
    expect(await kernel(build(tiny, 1))).not.toEqual(first);
    expect((await kernel(build(tiny))).every((weight) => weight === 0)).toBe(true);
  });

  it('starts near grey and near unit posteriors', async () => {
    const vae = build(tiny, 0);
    const { reconstruction, posterior } = forwardColorVae(vae, example(4, 16), { seed: 0, training: true });
    const meanSquare = async (x: tf.Tensor) => (await tf.mean(tf.square(x)).data())[0]!;
    expect(await meanSquare(reconstruction)).toBeLessThan(0.04);
    expect(await meanSquare(posterior.logVariances)).toBeLessThan(0.04);
    expect(await meanSquare(posterior.means)).toBeLessThan(4);
  });

  it('names the presets when asked for another', () => {
    expect(() => colorVae({ preset: 'huge' as 'tiny' })).toThrow(
      'Cannot create colorVae as \'preset\' must be one of "reference", "referenceTf", "compact", "compactMap", "tiny": ' +
        'current value is "huge"',
    );
  });

  it('frees every weight when disposed', () => {
    expectTensorsKept(0, () => colorVae({ preset: 'tiny', seed: 0 }).dispose());
  });
});

describe('forwardColorVae()', () => {
  it('returns a color field in (-1, 1), the posterior and a draw of it', async () => {
    const vae = build(tiny, 0);
    const { reconstruction, posterior, z } = forwardColorVae(vae, example(2, 16), {
      seed: 0,
      training: true,
    });
    expect(reconstruction.shape).toEqual([2, 16, 16, 2]);
    for (const { shape } of [posterior.means, posterior.logVariances, z]) expect(shape).toEqual([2, 16]);
    await expectAllFinite(reconstruction);
    expect((await reconstruction.data()).every((value) => Math.abs(value) < 1)).toBe(true);
    expect(await z.data()).not.toEqual(await posterior.means.data());
  });

  it('repeats for the same seed, dropout included, and differs for another', async () => {
    const vae = build({ ...tiny, dropoutRate: 0.5 }, 0);
    const run = async (seed: number) =>
      forwardColorVae(vae, example(1, 16), { seed, training: true }).posterior.means.data();
    expect(await run(0)).toEqual(await run(0));
    expect(await run(0)).not.toEqual(await run(1));
  });

  it('draws other codes of the same posterior for another seed', async () => {
    const vae = build(tiny, 0);
    const run = (seed: number) => forwardColorVae(vae, example(1, 16), { seed, training: false });
    const [first, again, other] = [run(3), run(3), run(4)];
    expect(await again.z.data()).toEqual(await first.z.data());
    expect(await other.z.data()).not.toEqual(await first.z.data());
    expect(await other.posterior.means.data()).toEqual(await first.posterior.means.data());
  });

  it('keeps four tensors and nothing else', () => {
    const vae = build(tiny, 0);
    const input = example(1, 16);
    expectTensorsKept(4, () => forwardColorVae(vae, input, { seed: 0, training: true }));
    expectTensorsKept(4, () => forwardColorVae(vae, input, { seed: 0, training: false }));
    expectTensorsKept(2, () => encodeColorField(vae, input.colorField));
    expectTensorsKept(4, () => encodeGreyLevel(vae, input.greyLevel));
    const conditioning = encodeGreyLevel(vae, input.greyLevel);
    const z = tf.zeros<tf.Rank.R2>([2, 16]);
    expectTensorsKept(1, () => decodeLatents(vae, z, conditioning));
  });

  it('keeps nothing where running statistics are updated either', () => {
    const vae = build({ ...SMALL, dropoutRate: 0.5 }, 0);
    const input = example(2, 32);
    expectTensorsKept(4, () => forwardColorVae(vae, input, { seed: 0, training: true }));
  });

  it('names the input that does not fit the model', () => {
    const vae = build(tiny);
    const { greyLevel, colorField } = example(2, 16);
    const options = { seed: 0, training: false };
    expect(() => forwardColorVae(vae, { greyLevel, colorField: tf.zeros([2, 16, 16, 3]) }, options)).toThrow(
      "Cannot run forwardColorVae as 'colorField' must have shape [batch, 16, 16, 2]: current shape is [2, 16, 16, 3]",
    );
    expect(() => forwardColorVae(vae, { greyLevel: tf.zeros([1, 16, 16, 1]), colorField }, options)).toThrow(
      "Cannot run forwardColorVae as 'greyLevel' must have shape [2, 16, 16, 1]: current shape is [1, 16, 16, 1]",
    );
    expect(() => decodeLatents(vae, tf.zeros([2, 3]), [])).toThrow(
      "Cannot run decodeLatents as 'z' must have shape [batch, 16]: current shape is [2, 3]",
    );
    expect(() => decodeLatents(vae, tf.zeros([2, 16]), [])).toThrow(
      "Cannot run decodeLatents as 'conditioning' must hold 4 feature maps: current value is 0",
    );
    const conditioning = encodeGreyLevel(vae, greyLevel);
    expect(() => decodeLatents(vae, tf.zeros([3, 16]), conditioning)).toThrow(
      "Cannot run decodeLatents as 'conditioning[0]' must have shape [3, 1, 1, 64]: current shape is [2, 1, 1, 64]",
    );
    expect(() => encodeColorField(vae, tf.zeros([1, 8, 8, 2]))).toThrow(
      "Cannot run encodeColorField as 'colorField' must have shape [batch, 16, 16, 2]: current shape is [1, 8, 8, 2]",
    );
    expect(() => encodeGreyLevel(vae, tf.zeros([1, 8, 8, 1]))).toThrow(
      "Cannot run encodeGreyLevel as 'greyLevel' must have shape [batch, 16, 16, 1]: current shape is [1, 8, 8, 1]",
    );
  });
});
