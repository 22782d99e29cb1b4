import * as tf from '@tensorflow/tfjs-core';

/** The values of one tensor, off the backend: what checkpoints hold. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Reads variables off the backend, under the same names and in the same order. */
export async function readTensors(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, TensorData>> {
  const entries = [...tensors].map(async ([name, tensor]): Promise<[string, TensorData]> => {
    const values = await tensor.data<'float32' | 'int32'>();
    // Some backends hand out the memory the tensor lives in.
    return [name, { shape: [...tensor.shape], values: values.slice() }];
  });
  return new Map(await Promise.all(entries));
}

/** `data` as a tensor, to be disposed by the caller. */
export function tensorFrom(data: TensorData): tf.Tensor {
  return tf.tensor(
    data.values.slice(),
    [...data.shape],
    data.values instanceof Int32Array ? 'int32' : 'float32',
  );
}
