import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';

import { assertPositiveInteger } from '../../errors.js';

export interface ComponentMapsLayerArgs {
  /** Number of components; divides the channels. */
  readonly components: number;
  readonly name?: string;
}

/**
 * Layer that takes a map apart by components: from `[batch, height, width, components * channels]`, component by component in
 * each cell, to `[batch, components, height * width * channels]`, cells row by row.
 */
export class ComponentMaps extends layers.Layer {
  static readonly className = 'PolyhueComponentMaps';
  private readonly components: number;

  /** @throws {RangeError} If `components` is not a positive integer. */
  constructor(args: ComponentMapsLayerArgs) {
    super(args);
    assertPositiveInteger('create ComponentMaps', 'components', args.components);
    this.components = args.components;
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const [batch, height, width, channels] = inputShape as [number | null, number, number, number];
    return [batch, this.components, (height * width * channels) / this.components];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
    const [batch, height, width, channels] = x.shape;
    const { components } = this;
    return tf.tidy(() => {
      const cells = tf.reshape(x, [batch, height * width, components, channels / components]);
      return tf.reshape(tf.transpose(cells, [0, 2, 1, 3]), [batch, components, -1]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), components: this.components };
  }
}

tf.serialization.registerClass(ComponentMaps);
