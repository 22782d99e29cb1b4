import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { recordKernels } from '../../../src/backends/recordKernels.js';
import { modelKernels } from '../../../src/capabilities/modelKernels.js';
import { centerCropTransform } from '../../../src/data/cropTransform.js';
import { imageDataset } from '../../../src/data/imageDataset.js';
import { disposeColorizerModels, presetConfigs } from '../../../src/models/colorizerModels.js';
import { UPSAMPLE_METHODS } from '../../../src/models/layers/upsample.js';
import { MODEL_PRESETS } from '../../../src/models/presets.js';
import { colorExamples, mixtureExamples } from '../../../src/training/examples.js';
import { adam, adamW } from '../../../src/training/optimizers/adam.js';
import { sgd } from '../../../src/training/optimizers/sgd.js';
import { type ColorVaeTaskOptions, trainColorVae } from '../../../src/training/trainColorVae.js';
import { trainMixtureDensityNetwork } from '../../../src/training/trainMixtureDensityNetwork.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../../support/tinyModels.js';
import { smallPictures } from '../../training/smallPictures.js';
import { runCase } from './conformanceCase.js';
import { CASES } from './cases.js';

const SIZE = SMALLEST_VAE.imageSize;
const SETTINGS = { seed: 0, steps: 1, learningRate: 1e-3, clipNorm: 1, accumulate: 2, average: {} } as const;

/** Kernels that some case runs, forward or backward. */
let checked: ReadonlySet<string>;

beforeAll(async () => {
  const run = async () => {
    for (const c of CASES) {
      const { output, gradients } = runCase(c);
      tf.dispose([output, gradients]);
    }
  };
  checked = new Set(await recordKernels(run));
});

const unchecked = (kernels: readonly string[]): string[] => kernels.filter((kernel) => !checked.has(kernel));

const examples = () =>
  colorExamples(
    imageDataset({
      source: smallPictures(4, SIZE),
      size: SIZE,
      transform: centerCropTransform({ size: SIZE }),
      batchSize: 2,
      seed: 0,
    }),
    { imageSize: SIZE },
  );

function trainVae(
  vae: typeof SMALLEST_VAE,
  options: ColorVaeTaskOptions,
  optimizer = adam(),
): Promise<string[]> {
  return recordKernels(async () => {
    const models = tinyModels(0, { vae, mixture: SMALLEST_MIXTURE });
    await trainColorVae(models.colorVae, examples(), { ...SETTINGS, ...options, optimizer });
    disposeColorizerModels(models);
  });
}

/** The forms of the losses beside the default. */
const VAE_LOSSES: readonly NonNullable<ColorVaeTaskOptions['loss']>[] = [
  { reconstruction: 'norm', gradientWeight: 1e-3 },
  { reconstruction: 'squared', gradientWeight: 1e-3, freeBits: 0.1 },
];
/** The nearest component's loss does not learn deviations. */
const FIXED_MIXTURE = {
  ...SMALLEST_MIXTURE,
  dropoutRate: 0.2,
  deviations: { kind: 'fixed', stdDev: 0.1 },
} as const;
const COEFFICIENTS = ['formula', 'tensorflow', 'pytorch'] as const;

describe('every kernel is checked that', () => {
  it.each(MODEL_PRESETS)('the preset %s runs when it trains and colors', async (preset) => {
    const { inference, training } = await modelKernels(presetConfigs('test', preset));
    expect(unchecked([...inference, ...training])).toEqual([]);
  });

  it.each(VAE_LOSSES)('the color VAE trains with: %o', async (loss) => {
    expect(unchecked(await trainVae(SMALLEST_VAE, { loss }))).toEqual([]);
  });

  it('the color VAE trains with a Mahalanobis term', async () => {
    const components = {
      components: tf.ones<tf.Rank.R2>([1, SIZE * SIZE * 2]),
      variances: tf.ones<tf.Rank.R1>([1]),
    };
    const loss = { mahalanobisWeight: 0.1, components };
    expect(unchecked(await trainVae(SMALLEST_VAE, { loss }))).toEqual([]);
    tf.dispose({ ...components });
  });

  it.each(UPSAMPLE_METHODS)('the color VAE trains with the upsampling %s', async (upsampling) => {
    const vae = { ...SMALLEST_VAE, decoder: { ...SMALLEST_VAE.decoder, upsampling } };
    const optimizer = upsampling === 'nearest' ? sgd({ momentum: 0.9 }) : adamW({ weightDecay: 0.01 });
    expect(unchecked(await trainVae(vae, {}, optimizer))).toEqual([]);
  });

  it.each(COEFFICIENTS)(
    'the mixture density network trains with the nearest component: %s',
    async (coefficient) => {
      const kernels = await recordKernels(async () => {
        const models = tinyModels(0, {
          vae: SMALLEST_VAE,
          mixture: FIXED_MIXTURE,
        });
        const data = mixtureExamples(models.colorVae, examples());
        const loss = { form: 'nearest', coefficient } as const;
        await trainMixtureDensityNetwork(models.mixtureDensityNetwork, data, { ...SETTINGS, loss });
        disposeColorizerModels(models);
      });
      expect(unchecked(kernels)).toEqual([]);
    },
  );
});
