import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';

import { assertPositive } from '../../errors.js';

/** @see BoundedLogStdDevs */
export interface BoundedLogStdDevsLayerArgs {
  /** Floor of the natural log of a standard deviation. */
  readonly least: number;
  /** Ceiling of the natural log of a standard deviation. */
  readonly most: number;
  readonly name?: string;
}

/**
 * Keeps predicted log standard deviations between a floor and a ceiling, smoothly, so that the gradient never vanishes.
 *
 * `y = most - softplus(most - x)`, then `least + softplus(y - least)`: the identity in between, up to `exp(-distance)` to
 * either bound; the ceiling may be passed by `exp(least - most)`.
 */
export class BoundedLogStdDevs extends layers.Layer {
  static readonly className = 'PolyhueBoundedLogStdDevs';
  private readonly least: number;
  private readonly most: number;

  /** @throws {RangeError} If `most` is not above `least`. */
  constructor(args: BoundedLogStdDevsLayerArgs) {
    super(args);
    assertPositive('create BoundedLogStdDevs', 'most - least', args.most - args.least);
    this.least = args.least;
    this.most = args.most;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.tidy(() => {
      const below = tf.sub(this.most, tf.softplus(tf.sub(this.most, x)));
      return tf.add(this.least, tf.softplus(tf.sub(below, this.least)));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), least: this.least, most: this.most };
  }
}

/** @see FixedLogStdDevs */
export interface FixedLogStdDevsLayerArgs {
  /** Standard deviation of every component. */
  readonly stdDev: number;
  readonly name?: string;
}

/** The same log standard deviation for every component: from logits `[batch, components]` to `[batch, components, 1]`. */
export class FixedLogStdDevs extends layers.Layer {
  static readonly className = 'PolyhueFixedLogStdDevs';
  private readonly stdDev: number;

  /** @throws {RangeError} If `stdDev` is not a positive number. */
  constructor(args: FixedLogStdDevsLayerArgs) {
    super(args);
    assertPositive('create FixedLogStdDevs', 'stdDev', args.stdDev);
    this.stdDev = args.stdDev;
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape, 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const logits = Array.isArray(inputs) ? inputs[0]! : inputs;
    const shape = [...logits.shape, 1];
    return tf.tidy(() => tf.mul(tf.ones(shape), Math.log(this.stdDev)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stdDev: this.stdDev };
  }
}

tf.serialization.registerClass(BoundedLogStdDevs);
tf.serialization.registerClass(FixedLogStdDevs);
