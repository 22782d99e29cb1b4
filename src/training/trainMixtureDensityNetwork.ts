import { type DiagonalGaussian, reparameterize } from '../distributions/diagonalGaussian.js';
import { mixtureDensityLoss, type MixtureDensityLossOptions } from '../losses/mixtureDensityLoss.js';
import { type MixtureDensityNetwork, predictMixture } from '../models/mixtureDensityNetwork.js';
import { namedWeights } from '../models/weights.js';
import { readTensors } from '../checkpoint/tensorData.js';
import { type ColorVae, encodeColorField } from '../models/colorVae.js';
import { deriveSeed, randomNormal } from '../random.js';
import type { ColorExamples, MixtureExamples } from './examples.js';
import { meanParts } from './meanParts.js';
import type { TrainingOptions } from './options.js';
import type { TrainingData, TrainingTask } from './task.js';
import { train, type TrainingResult } from './train.js';

export interface MixtureTaskOptions {
  /** Form of the loss; by default the exact likelihood. */
  readonly loss?: MixtureDensityLossOptions;
}

export type TrainMixtureDensityNetworkOptions = TrainingOptions<MixtureExamples> & MixtureTaskOptions;

async function encoderWeights({ encoder }: ColorVae) {
  const { trainable, statistics } = namedWeights(encoder);
  return readTensors(new Map([...trainable, ...statistics]));
}

/**
 * The training of a mixture density network, for `train`: make codes of the true colors likely. The codes are drawn anew from
 * the encoder's distribution at each step.
 *
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section 5.
 */
export function mixtureTask(
  network: MixtureDensityNetwork,
  options: MixtureTaskOptions = {},
): TrainingTask<MixtureExamples> {
  const { trainable, statistics } = namedWeights(network.model);
  const { loss = {} } = options;
  return {
    variables: trainable,
    buffers: statistics,
    loss: ({ features, means, logVariances }, { seed, training, firstExample = 0 }) => {
      const posterior: DiagonalGaussian = { means, logVariances };
      const skip = firstExample * means.shape[1];
      const z = reparameterize(posterior, randomNormal(means.shape, deriveSeed(seed, 0), { skip }));
      const call = { training, seed: deriveSeed(seed, 1), firstExample };
      const mixture = predictMixture(network, features, call);
      return meanParts({ ...mixtureDensityLoss({ z, posterior }, mixture, loss) });
    },
    recipe: async () => ({ kind: 'mixtureDensityNetwork', config: network.config, loss }),
  };
}

/**
 * The training of a mixture density network that looks at the grey level itself, on the very batches that the color VAE was
 * trained on: `mixtureTask` on `mixtureExamples`, without a tensor in between.
 *
 * @param vae Encodes the true colors; its weights stay as they are.
 */
export function colorMixtureTask(
  network: MixtureDensityNetwork,
  vae: ColorVae,
  options: MixtureTaskOptions = {},
): TrainingTask<ColorExamples> {
  const task = mixtureTask(network, options);
  return {
    ...task,
    loss: ({ greyLevel, colorField }, context) =>
      task.loss({ features: greyLevel, ...encodeColorField(vae, colorField) }, context),
    recipe: async () => ({
      kind: 'mixtureDensityNetwork',
      config: network.config,
      loss: options.loss ?? {},
      encoder: { config: vae.config, weights: await encoderWeights(vae) },
    }),
  };
}

/**
 * Trains a mixture density network in place.
 *
 * @param network Its weights are changed.
 * @param data See `mixtureExamples`.
 * @throws What `train` throws.
 */
export async function trainMixtureDensityNetwork(
  network: MixtureDensityNetwork,
  data: TrainingData<MixtureExamples>,
  options: TrainMixtureDensityNetworkOptions,
): Promise<TrainingResult> {
  return train(mixtureTask(network, options), data, options);
}
