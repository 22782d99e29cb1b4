import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';

import type { GroupNormalize } from '../../fusedKernels.js';
import { addressOf, allocate, floats, kernel, release } from './heap.js';
import { simdOf } from './simd/module.js';

/** Batch, pixels, channels and groups. */
type Sizes = readonly [batch: number, pixels: number, channels: number, groups: number];

function sizesOf({ shape }: tf.TensorInfo, groups: number): Sizes {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return [batch, height * width, channels, groups];
}

/** Calls `visit` with the indices of the elements of each group of each example and with the channel of each. */
function eachGroup(
  [batch, pixels, channels, groups]: Sizes,
  visit: (eachElement: (element: (index: number, channel: number) => void) => void, example: number) => void,
): void {
  const width = channels / groups;
  for (let group = 0; group < batch * groups; group++) {
    const example = Math.floor(group / groups);
    const first = (group % groups) * width;
    visit((element) => {
      for (let i = 0; i < pixels * width; i++) {
        const channel = first + (i % width);
        element((example * pixels + Math.floor(i / width)) * channels + channel, channel);
      }
    }, example);
  }
}

/** For hosts without SIMD. */
function normalizeElements(arrays: readonly Float32Array[], sizes: Sizes, epsilon: number): void {
  const [x, gamma, beta, y, mean, scale] = arrays as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const [, pixels, channels, groups] = sizes;
  const count = (pixels * channels) / groups;
  eachGroup(sizes, (eachElement, example) => {
    let [sum, squares] = [0, 0];
    eachElement((i) => {
      sum += x[i]!;
      squares += x[i]! ** 2;
    });
    const m = sum / count;
    const r = 1 / Math.sqrt(Math.max(squares / count - m * m, 0) + epsilon);
    eachElement((i, c) => {
      y[i] = (x[i]! - m) * r * gamma[c]! + beta[c]!;
      mean[example * channels + c] = m;
      scale[example * channels + c] = r;
    });
  });
}

/** For hosts without SIMD. */
function gradientElements(arrays: readonly Float32Array[], sizes: Sizes): void {
  const [dy, x, gamma, mean, scale, dx, dGamma, dBeta] = arrays as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const [, pixels, channels, groups] = sizes;
  const count = (pixels * channels) / groups;
  dGamma.fill(0);
  dBeta.fill(0);
  eachGroup(sizes, (eachElement, example) => {
    const normalized = (i: number, c: number): number =>
      (x[i]! - mean[example * channels + c]!) * scale[example * channels + c]!;
    let [sum, product] = [0, 0];
    eachElement((i, c) => {
      const n = normalized(i, c);
      dBeta[c]! += dy[i]!;
      dGamma[c]! += dy[i]! * n;
      sum += dy[i]! * gamma[c]!;
      product += dy[i]! * gamma[c]! * n;
    });
    eachElement((i, c) => {
      const rest = dy[i]! * gamma[c]! - (sum + normalized(i, c) * product) / count;
      dx[i] = scale[example * channels + c]! * rest;
    });
  });
}

const addressesOf = (backend: BackendWasm, infos: readonly tf.TensorInfo[]): number[] =>
  infos.map((info) => addressOf(backend, info));

/** Calls `use` with the address of two numbers for each channel. */
function withWork(backend: BackendWasm, channels: number, use: (address: number) => void): void {
  const work = allocate(backend, [2 * channels]);
  use(addressOf(backend, work));
  release(backend, work);
}

/** Group normalization in two passes over the maps. */
export const groupNormalize = kernel<'x' | 'gamma' | 'beta', GroupNormalize>(
  ({ inputs: { x, gamma, beta }, backend, attrs: { groups, epsilon } }) => {
    const sizes = sizesOf(x, groups);
    const [batch, , channels] = sizes;
    const results = [[...x.shape], [batch, 1, 1, channels], [batch, 1, 1, channels]].map((shape) =>
      allocate(backend, shape),
    );
    const tensors = [x, gamma, beta, ...results];
    const simd = simdOf(backend);
    if (simd === undefined) {
      normalizeElements(
        tensors.map((info) => floats(backend, info)),
        sizes,
        epsilon,
      );
      return results;
    }
    withWork(backend, channels, (work) =>
      simd.groupNormalize(...sizes, epsilon, ...addressesOf(backend, tensors), work),
    );
    return results;
  },
);

/** Its gradients in two passes over the maps. */
export const groupNormalizeGradient = kernel<
  'dy' | 'x' | 'gamma' | 'mean' | 'scale',
  Pick<GroupNormalize, 'groups'>
>(({ inputs: { dy, x, gamma, mean, scale }, backend, attrs: { groups } }) => {
  const sizes = sizesOf(x, groups);
  const results = [x, gamma, gamma].map(({ shape }) => allocate(backend, [...shape]));
  const tensors = [dy, x, gamma, mean, scale, ...results];
  const simd = simdOf(backend);
  if (simd === undefined) {
    gradientElements(
      tensors.map((info) => floats(backend, info)),
      sizes,
    );
    return results;
  }
  withWork(backend, sizes[2], (work) =>
    simd.groupNormalizeGradient(...sizes, ...addressesOf(backend, tensors), work),
  );
  return results;
});
