import type * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertNonNegativeInteger, assertPositiveInteger, assertShape } from '../errors.js';
import { incrementalPca, type PcaResult } from './incrementalPca.js';

const ACTION = 'fitColorComponents';

/** A variance below this share of the largest one is rounding, not data. */
const LEAST_VARIANCE = 1e-10;

/** Principal components of color fields, as plain data. */
export interface ColorComponents {
  /** Shape of the color fields: `[height, width, channels]`. Vectors are such fields, flattened with channels innermost. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Mean of the color fields, shape `[height * width * channels]`. */
  readonly mean: Float32Array;
  /** Orthonormal rows, the largest variance first, shape `[count, height * width * channels]`. */
  readonly components: Float32Array;
  /** Variance of the color fields along each component, shape `[count]`. */
  readonly variances: Float32Array;
  /** Sum of the variances of all elements: what the components would explain together if there were enough of them. */
  readonly totalVariance: number;
  /** Number of color fields. */
  readonly examples: number;
}

export interface FitColorComponentsOptions {
  /**
   * Number of components; the method uses 20.
   *
   * @defaultValue `20`
   */
  readonly count?: number;
  /**
   * Components carried along beyond `count`, so that early images are not forgotten; more cost time and are more exact.
   *
   * @defaultValue `20`
   */
  readonly oversampling?: number;
  /**
   * Images taken in at a time. Together with the order of the images it decides the last digits; the size of the batches
   * does not.
   *
   * @defaultValue `64`
   */
  readonly chunkSize?: number;
}

type FieldShape = [height: number, width: number, channels: number];

/** The fields of a batch one by one, in float64; disposes the batch. */
async function readRows(batch: tf.Tensor4D, shape: FieldShape): Promise<Float64Array[]> {
  try {
    assertShape(ACTION, 'batches', batch, ['batch', ...shape]);
    const values = await batch.data();
    const dimensions = values.length / batch.shape[0];
    return Array.from({ length: batch.shape[0] }, (_, i) =>
      Float64Array.from(values.subarray(i * dimensions, (i + 1) * dimensions)),
    );
  } finally {
    batch.dispose();
  }
}

function toComponents(result: PcaResult, shape: FieldShape, count: number): ColorComponents {
  const { rows, mean, variances, totalVariance } = result;
  const last = variances[count - 1];
  if (last === undefined || !(last > LEAST_VARIANCE * variances[0]!)) {
    const rule = `vary along component ${count}`;
    throw new RangeError(argumentMessage(ACTION, 'batches', rule, `${rows} color fields`));
  }
  const components = new Float32Array(count * mean.length);
  result.components.slice(0, count).forEach((row, i) => components.set(row, i * mean.length));
  return {
    shape,
    mean: Float32Array.from(mean),
    components,
    variances: Float32Array.from(variances.slice(0, count)),
    totalVariance,
    examples: rows,
  };
}

/**
 * Principal components of color fields: the directions in which the colors of whole images vary most.
 *
 * Images are read once and not kept, so any number of them fits. The largest element of each component, by absolute value,
 * is positive; the result does not depend on the backend.
 *
 * @param batches Color fields, shape `[batch, height, width, channels]`; each tensor is disposed once it has been read.
 * @throws {RangeError} If an option is out of range or the images vary in fewer than `count` directions.
 * @throws {ShapeError} If the batches are not of one image size.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017: the specificity term.
 */
export async function fitColorComponents(
  batches: AsyncIterable<tf.Tensor4D> | Iterable<tf.Tensor4D>,
  options: FitColorComponentsOptions = {},
): Promise<ColorComponents> {
  const { count = 20, oversampling = 20, chunkSize = 64 } = options;
  assertPositiveInteger(ACTION, 'count', count);
  assertNonNegativeInteger(ACTION, 'oversampling', oversampling);
  assertPositiveInteger(ACTION, 'chunkSize', chunkSize);

  const pca = incrementalPca({ keep: count + oversampling, chunkSize });
  let shape: FieldShape = [0, 0, 0];
  for await (const batch of batches) {
    if (shape[0] === 0) shape = batch.shape.slice(1) as FieldShape;
    for (const row of await readRows(batch, shape)) pca.add(row);
  }
  return toComponents(pca.result(), shape, count);
}
