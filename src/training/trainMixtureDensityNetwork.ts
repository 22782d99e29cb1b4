import { type DiagonalGaussian, reparameterize } from '../distributions/diagonalGaussian.js';
import { mixtureDensityLoss, type MixtureDensityLossOptions } from '../losses/mixtureDensityLoss.js';
import { type MixtureDensityNetwork, predictMixture } from '../models/mixtureDensityNetwork.js';
import { namedWeights } from '../models/weights.js';
import { deriveSeed, randomNormal } from '../random.js';
import type { MixtureExamples } from './examples.js';
import { meanParts } from './meanParts.js';
import type { TrainingOptions } from './options.js';
import type { TrainingData, TrainingTask } from './task.js';
import { train, type TrainingResult } from './train.js';

export interface MixtureTaskOptions {
  /** Form of the loss; by default the exact likelihood. */
  readonly loss?: MixtureDensityLossOptions;
}

export type TrainMixtureDensityNetworkOptions = TrainingOptions<MixtureExamples> & MixtureTaskOptions;

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
  return {
    variables: trainable,
    buffers: statistics,
    loss: ({ features, means, logVariances }, { seed, training }) => {
      const posterior: DiagonalGaussian = { means, logVariances };
      const z = reparameterize(posterior, randomNormal(means.shape, deriveSeed(seed, 0)));
      const mixture = predictMixture(network, features, { training, seed: deriveSeed(seed, 1) });
      return meanParts({ ...mixtureDensityLoss(z, mixture, options.loss) });
    },
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
