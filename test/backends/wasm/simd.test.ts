import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { SIMD_FLAG, simdOf } from '../../../src/backends/wasm/simd/module.js';
import { onWasm } from '../../support/onWasm.js';

it('simdOf() starts the SIMD kernels once, in Node and in the main thread of Chromium, unless they are turned off', async () => {
  await onWasm(async () => {
    const backend = tf.backend() as BackendWasm;
    const kernels = simdOf(backend);
    expect(kernels?.scratch).toBeGreaterThan(0);
    expect(simdOf(backend)).toBe(kernels);
    tf.env().set(SIMD_FLAG, false);
    expect(simdOf(backend)).toBeUndefined();
    tf.env().set(SIMD_FLAG, true);
  });
});
