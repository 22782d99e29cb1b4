import * as tf from '@tensorflow/tfjs-core';

/** Gradients that TensorFlow.js lacks or composes of slow steps. They are used on the wasm backend only. */
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

function runKernel(name: string, inputs: tf.NamedTensorMap, attrs: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);
}

/** The stock gradient refuses dilated filters. */
const conv2D: Gradient = (dy, [x, filter], attrs) => ({
  x: () => runKernel(tf.Conv2DBackpropInput, { dy, filter: filter! }, { ...attrs, inputShape: x!.shape }),
  filter: () => runKernel(tf.Conv2DBackpropFilter, { x: x!, dy }, { ...attrs, filterShape: filter!.shape }),
});

/** The stock gradient takes every filter for an undilated one. */
const conv2DBackpropInput: Gradient = (ddx, [dy, filter], attrs) => ({
  dy: () => runKernel(tf.Conv2D, { x: ddx, filter: filter! }, attrs),
  filter: () =>
    runKernel(tf.Conv2DBackpropFilter, { x: ddx, dy: dy! }, { ...attrs, filterShape: filter!.shape }),
});

/** The gradients by the name of their kernel. */
export const WASM_GRADIENTS: Readonly<Record<string, Gradient>> = {
  [tf.Sum]: sum,
  [tf.Mean]: mean,
  [tf.LeakyRelu]: leakyRelu,
  [tf.Conv2D]: conv2D,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
};
