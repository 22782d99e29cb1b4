import * as tf from '@tensorflow/tfjs-core';

import type { GaussianMixture } from '../distributions/gaussianMixture.js';

/**
 * One mixture for a clip, of the mixtures of several of its frames: component by component, the mean of the log-weights, of the
 * means and of the log deviations. A component stands for the same kind of coloring in each frame, as the network that predicts
 * it is continuous in the frame.
 *
 * @param mixtures One or more, each a batch of 1, of one network; they stay the caller's.
 * @returns A batch of 1, to be disposed by the caller.
 */
export function clipMixture(mixtures: readonly GaussianMixture[]): GaussianMixture {
  return tf.tidy<tf.NamedTensorMap & GaussianMixture>(() => {
    const mean = <T extends tf.Tensor>(tensors: readonly T[]): T =>
      tf.mean(tf.concat([...tensors] as tf.Tensor[], 0), 0, true);
    return {
      logits: mean(mixtures.map(({ logits }) => tf.logSoftmax(logits))),
      means: mean(mixtures.map(({ means }) => means)),
      logStdDevs: mean(mixtures.map(({ logStdDevs }) => logStdDevs)),
    };
  });
}
