import * as tf from '@tensorflow/tfjs-core';

import type { ColorVae } from './colorVae.js';
import { namedWeights } from './weights.js';

/** Multiplies what the decoder's last tanh is given by `factor`, in place: colors become stronger or weaker, hardly other. */
export function scaleColors({ decoder, config }: ColorVae, factor: number): void {
  const { trainable } = namedWeights(decoder);
  const last = config.decoder.outputNormalization
    ? ['decoder_output_norm/gamma', 'decoder_output_norm/beta']
    : ['decoder_output_conv/kernel', 'decoder_output_conv/bias'];
  for (const name of last) {
    const variable = trainable.get(name)!;
    tf.tidy(() => variable.assign(tf.mul(variable, factor)));
  }
}
