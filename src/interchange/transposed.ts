import type { TensorData } from '../checkpoint/tensorData.js';
import { gatherStrided, rowMajorStrides } from './elements.js';

/** A tensor with its axes in another order: axis `i` of the result is axis `order[i]`. */
export function transposed({ shape, values }: TensorData, order: readonly number[]): TensorData {
  const strides = rowMajorStrides(shape);
  const layout = { shape: order.map((axis) => shape[axis]!), strides: order.map((axis) => strides[axis]!) };
  return { shape: layout.shape, values: gatherStrided(values, layout) };
}
