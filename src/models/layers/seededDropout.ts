import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

import { argumentMessage, assertNonNegativeInteger } from '../../errors.js';
import { deriveSeed, randomUniform } from '../../random.js';

const ACTION = 'create SeededDropout';

/** @throws {RangeError} If `rate` is not at least 0 and below 1. */
export function assertDropoutRate(action: string, argument: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new RangeError(argumentMessage(action, argument, 'be at least 0 and below 1', rate));
}

export interface SeededDropoutLayerArgs {
  /** Probability that an element is dropped, from 0 to below 1. */
  readonly rate: number;
  /** Number of this layer among the dropout layers of its model, so that they draw different masks. */
  readonly index: number;
  readonly name?: string;
}

/** What a layer's `call` receives from `model.apply(x, kwargs)`. */
export interface CallOptions {
  /** Whether dropout drops and batch normalization uses and updates the statistics of the batch. */
  readonly training?: boolean;
  /** Seed of this call's dropout masks, a non-negative integer. */
  readonly seed?: number;
  /**
   * Place of the first example in the whole batch, where several workers share one: each draws what is its part of it.
   *
   * @defaultValue `0`
   */
  readonly firstExample?: number | undefined;
}

/**
 * Sets elements to 0 with probability `rate` in training, and scales the others by `1 / (1 - rate)`.
 *
 * The mask follows from the `seed` of the call, `model.apply(x, { training: true, seed })`, so that a training step can be
 * repeated exactly. Calls without a seed count up and draw another mask each time. (tf.layers' own dropout repeats one mask
 * at every step if it is given a seed, and cannot be repeated at all if it is not.)
 */
export class SeededDropout extends layers.Layer {
  static readonly className = 'PolyhueSeededDropout';
  private readonly rate: number;
  private readonly index: number;
  private unseededCalls = 0;

  /** @throws {RangeError} If `rate` is not from 0 to below 1 or `index` is not a non-negative integer. */
  constructor(args: SeededDropoutLayerArgs) {
    super(args);
    assertDropoutRate(ACTION, 'rate', args.rate);
    assertNonNegativeInteger(ACTION, 'index', args.index);
    this.rate = args.rate;
    this.index = args.index;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: CallOptions): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const { training = false, seed, firstExample = 0 } = options;
    if (!training || this.rate === 0) return x;
    const maskSeed =
      seed === undefined ? deriveSeed(this.index, this.unseededCalls++) : deriveSeed(seed, this.index, 0);
    const skip = firstExample * tf.util.sizeFromShape(x.shape.slice(1));
    return tf.tidy(() => {
      const draws = randomUniform(x.shape, maskSeed, { skip });
      const kept = tf.cast(tf.greaterEqual(draws, this.rate), 'float32');
      return tf.mul(x, tf.div(kept, 1 - this.rate));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, index: this.index };
  }
}

tf.serialization.registerClass(SeededDropout);
