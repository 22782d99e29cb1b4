import * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import { type ColorVae, decodeLatents } from '../models/colorVae.js';

/** Codes decoded in one go, which bounds the memory that many take. */
const DECODED_AT_ONCE = 16;

/** Codes as a tensor, shape `[count, latentDim]`. */
function stackLatents(latents: readonly Float32Array[], latentDim: number): tf.Tensor2D {
  const values = new Float32Array(latents.length * latentDim);
  latents.forEach((latent, i) => values.set(latent, i * latentDim));
  return tf.tensor2d(values, [latents.length, latentDim]);
}

/** Splits `[count, size, size, 2]` into its color fields, off the backend. */
async function readColorFields(fields: tf.Tensor4D): Promise<TensorData[]> {
  const [count, ...shape] = fields.shape;
  const length = tf.util.sizeFromShape(shape);
  const values = await fields.data<'float32'>();
  return Array.from({ length: count }, (_, i) => ({
    shape,
    values: values.slice(i * length, (i + 1) * length),
  }));
}

/**
 * The color fields of codes for one photo.
 *
 * @param conditioning Result of `encodeGreyLevel` for the photo; it stays the caller's.
 * @returns As many color fields as codes, each of shape `[size, size, 2]`.
 */
export async function decodeFields(
  vae: ColorVae,
  latents: readonly Float32Array[],
  conditioning: readonly tf.Tensor4D[],
): Promise<TensorData[]> {
  const colorFields: TensorData[] = [];
  for (let first = 0; first < latents.length; first += DECODED_AT_ONCE) {
    const some = latents.slice(first, first + DECODED_AT_ONCE);
    const fields = tf.tidy(() => decodeLatents(vae, stackLatents(some, vae.config.latentDim), conditioning));
    try {
      colorFields.push(...(await readColorFields(fields)));
    } finally {
      fields.dispose();
    }
  }
  return colorFields;
}
