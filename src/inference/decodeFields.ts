import * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import { type ColorVae, decodeLatents } from '../models/colorVae.js';

/** Codes decoded in one go. */
const DECODED_AT_ONCE = 16;

/** Codes one after the other, `[count, latentDim]`. */
export function stackLatents(latents: readonly Float32Array[], latentDim: number): Float32Array {
  const values = new Float32Array(latents.length * latentDim);
  latents.forEach((latent, i) => values.set(latent, i * latentDim));
  return values;
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

/** Decodes codes a few at a time, which bounds the memory that many take. */
export async function inParts(
  latents: readonly Float32Array[],
  decode: (some: readonly Float32Array[]) => Promise<readonly TensorData[]>,
): Promise<TensorData[]> {
  const colorFields: TensorData[] = [];
  for (let first = 0; first < latents.length; first += DECODED_AT_ONCE)
    colorFields.push(...(await decode(latents.slice(first, first + DECODED_AT_ONCE))));
  return colorFields;
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
  return inParts(latents, async (some) => {
    const { latentDim } = vae.config;
    const fields = tf.tidy(() => {
      const z = tf.tensor2d(stackLatents(some, latentDim), [some.length, latentDim]);
      return decodeLatents(vae, z, conditioning);
    });
    try {
      return await readColorFields(fields);
    } finally {
      fields.dispose();
    }
  });
}
