import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { BackendError } from '../../../src/errors.js';
import { expectAllClose } from '../../support/numeric.js';

const LIMIT = 2 ** 32;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

const wasm = () => tf.backend() as BackendWasm;

beforeEach(async () => {
  await tf.setBackend('wasm');
});
afterEach(async () => {
  await tf.setBackend(inject('backend'));
});

describe('a wasm heap that is full', () => {
  it.each([LIMIT - 2 ** 16, LIMIT, LIMIT + 64])('refuses a tensor of %i bytes and says so', async (bytes) => {
    const small = tf.tensor1d([1, 2, 3]);
    const ids = wasm().numDataIds();
    expect(() => wasm().makeOutput([bytes / FLOAT], 'float32')).toThrow(
      new BackendError(
        `Cannot make a tensor of ${bytes} bytes as the "wasm" backend has no room for it in its 4 GB of memory: ` +
          'make the batches, the networks or the photos smaller',
      ),
    );
    expect(wasm().numDataIds()).toBe(ids);
    await expectAllClose(tf.add(small, 1), [2, 3, 4]);
  });

  it('refuses it in an operation and frees what the operation had made', () => {
    const one = tf.ones([1]);
    const before = tf.memory().numTensors;
    expect(() => tf.tidy(() => tf.tile(tf.add(one, 1), [LIMIT / FLOAT]))).toThrow(BackendError);
    expect(tf.memory().numTensors).toBe(before);
  });
});
