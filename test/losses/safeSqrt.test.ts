import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';

import { safeSqrt } from '../../src/losses/safeSqrt.js';
import { expectAllClose } from '../support/numeric.js';

describe('safeSqrt()', () => {
  it('is the square root, 0 included', async () => {
    await expectAllClose(safeSqrt(tf.tensor1d([0, 1e-20, 0.25, 4, 1e20])), [0, 1e-10, 0.5, 2, 1e10]);
  });

  it('has the gradient of the square root, and 0 at 0', async () => {
    const gradient = tf.grad((x) => safeSqrt(x))(tf.tensor1d([0, 1e-40, 1e-8, 0.25, 4]));
    await expectAllClose(gradient, [0, 0, 5000, 1, 0.25]);
  });
});
