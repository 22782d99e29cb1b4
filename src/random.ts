import * as tf from '@tensorflow/tfjs-core';

import { assertNonNegativeInteger } from './errors.js';

const TWO_POW_32 = 2 ** 32;
const TWO_POW_21 = 2 ** 21;

/** A stream of random numbers with a state of its own. */
export interface RandomGenerator {
  /** The next number of the uniform distribution over [0, 1), with 32 random bits. */
  readonly uniform: () => number;
  /** The next number of the standard normal distribution. */
  readonly normal: () => number;
  /** The next integer of the uniform distribution over 0, 1, ..., `limit` - 1. */
  readonly integer: (limit: number) => number;
}

/** Hands out seeds that differ from each other; the same start gives the same seeds. */
export interface SeedSequence {
  /** The next seed, a positive safe integer: fit for tfjs, which takes the seed 0 for no seed. */
  readonly next: () => number;
}

/** Finalizer of MurmurHash3: every input bit changes every output bit with probability near 1/2. */
function scramble(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Two 32-bit words that depend on every element of `path`, in order. */
function hashPath(path: readonly number[]): [number, number] {
  let [a, b] = [0x9e3779b9, 0x243f6a88];
  for (const element of path) {
    const low = element % TWO_POW_32;
    const high = Math.floor(element / TWO_POW_32);
    a = scramble(a ^ low) + Math.imul(b, 5) + 0x6b79f8a3;
    b = scramble(b ^ high ^ a) + Math.imul(a, 9) + 0x3c6ef372;
  }
  return [scramble(a ^ scramble(b)), scramble(b + scramble(a))];
}

/**
 * A seed for one purpose, computed from a parent seed and the path that names the purpose.
 *
 * Paths are numbers: a step, an epoch, an example's index. Equal paths give equal seeds and nothing has to be stored to
 * come back to them, which is what makes a resumed run equal to one that was never stopped.
 *
 * @param seed Non-negative integer, 0 included.
 * @param path Non-negative integers.
 * @returns A positive safe integer.
 * @throws {RangeError} If `seed` or an element of `path` is not a non-negative integer.
 */
export function deriveSeed(seed: number, ...path: readonly number[]): number {
  assertNonNegativeInteger('derive a seed', 'seed', seed);
  for (const element of path) assertNonNegativeInteger('derive a seed', 'path', element);
  const [high, low] = hashPath([seed, ...path]);
  return (high % TWO_POW_21) * TWO_POW_32 + low + (low === 0 ? 1 : 0);
}

/**
 * A sequence of seeds, each to be used once.
 *
 * @param seed Non-negative integer, 0 included.
 * @throws {RangeError} If `seed` is not a non-negative integer.
 */
export function seedSequence(seed: number): SeedSequence {
  assertNonNegativeInteger('create seedSequence', 'seed', seed);
  let drawn = 0;
  return { next: () => deriveSeed(seed, drawn++) };
}

/**
 * A generator of random numbers: sfc32, which passes the PractRand and TestU01 batteries.
 *
 * @param seed Non-negative integer, 0 included; equal seeds give equal streams on every platform, up to the last bit of
 *   `Math.log`, `Math.sin` and `Math.cos` for normal numbers.
 * @throws {RangeError} If `seed` is not a non-negative integer.
 * @see C. Doty-Humphrey, PractRand, 2014: sfc32.
 */
export function randomGenerator(seed: number): RandomGenerator {
  assertNonNegativeInteger('create randomGenerator', 'seed', seed);
  let [a, b] = hashPath([seed]);
  let [c, counter] = [scramble(a ^ b), 1];
  let spare: number | undefined;

  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  const uniform = (): number => word() / TWO_POW_32;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    // Box-Muller; 1 - u is in (0, 1], so that the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  for (let i = 0; i < 12; i++) word();
  return { uniform, normal, integer: (limit) => Math.floor(uniform() * limit) };
}

/**
 * The numbers 0, 1, ..., `count` - 1 in random order.
 *
 * @param seed Non-negative integer, 0 included.
 * @throws {RangeError} If `count` or `seed` is not a non-negative integer.
 * @see R. Durstenfeld, Algorithm 235: Random permutation, 1964.
 */
export function shuffledIndices(count: number, seed: number): Uint32Array {
  assertNonNegativeInteger('shuffle indices', 'count', count);
  const generator = randomGenerator(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = generator.integer(last + 1);
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}

export interface RandomTensorOptions {
  /**
   * Draws passed over before the first that is used: for a part of a larger tensor of the same seed.
   *
   * @defaultValue `0`
   */
  readonly skip?: number;
}

/** A tensor of numbers drawn one after the other. */
function drawTensor<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  draw: () => number,
  { skip = 0 }: RandomTensorOptions,
): tf.Tensor<R> {
  assertNonNegativeInteger('draw random numbers', 'skip', skip);
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let i = 0; i < skip; i++) draw();
  for (let i = 0; i < values.length; i++) values[i] = draw(); // `Float32Array.from` takes half as long again
  return tf.tensor<R>(values, shape);
}

/**
 * Independent draws of the standard normal distribution, the same on every backend.
 *
 * @param seed Non-negative integer, 0 included.
 * @returns Tensor of `shape`, to be disposed by the caller.
 * @throws {RangeError} If `seed` or `skip` is not a non-negative integer.
 */
export function randomNormal<R extends tf.Rank = tf.Rank>(
  shape: tf.ShapeMap[R],
  seed: number,
  options: RandomTensorOptions = {},
): tf.Tensor<R> {
  return drawTensor(shape, randomGenerator(seed).normal, options);
}

/**
 * Independent draws of the uniform distribution over [0, 1), the same on every backend.
 *
 * @param seed Non-negative integer, 0 included.
 * @returns Tensor of `shape`, to be disposed by the caller.
 * @throws {RangeError} If `seed` or `skip` is not a non-negative integer.
 */
export function randomUniform<R extends tf.Rank = tf.Rank>(
  shape: tf.ShapeMap[R],
  seed: number,
  options: RandomTensorOptions = {},
): tf.Tensor<R> {
  return drawTensor(shape, randomGenerator(seed).uniform, options);
}
