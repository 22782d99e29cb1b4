import * as tf from '@tensorflow/tfjs-core';

/** Gradients that TensorFlow.js composes of slow steps, written with fast ones. They are used on the wasm backend only. */
type Gradient = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attrs: tf.NamedAttrMap,
) => Readonly<Record<string, () => tf.Tensor>>;

/** `dy` repeated over the axes that were summed. The stock gradient multiplies by ones it fills one by one in JavaScript. */
function spread(dy: tf.Tensor, shape: readonly number[], attrs: tf.NamedAttrMap): tf.Tensor {
  const axes = tf.util.parseAxisParam(attrs['axis'] as number[], [...shape]);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return tf.broadcastTo(tf.reshape(dy, kept), [...shape] as tf.ShapeMap[tf.Rank]);
}

const sum: Gradient = (dy, [x], attrs) => ({ x: () => spread(dy, x!.shape, attrs) });

const mean: Gradient = (dy, [x], attrs) => ({
  x: () => spread(tf.mul(dy, dy.size / x!.size), x!.shape, attrs),
});

/** The slope is 1 above zero and `alpha` elsewhere, which is what `step` gives; the stock gradient selects elements one by one. */
const leakyRelu: Gradient = (dy, [x], attrs) => ({
  x: () => tf.mul(dy, tf.step(x!, attrs['alpha'] as number)),
});

/** The gradients by the name of their kernel. */
export const WASM_GRADIENTS: Readonly<Record<string, Gradient>> = {
  [tf.Sum]: sum,
  [tf.Mean]: mean,
  [tf.LeakyRelu]: leakyRelu,
};
