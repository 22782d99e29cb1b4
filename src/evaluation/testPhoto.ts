import * as tf from '@tensorflow/tfjs-core';

import { centerCrop } from '../data/crop.js';
import { cropRaster } from '../data/cropRaster.js';
import type { RasterImage } from '../data/image.js';
import type { ImageSource } from '../data/imageSource.js';
import { rgbToLab } from '../data/lab.js';
import { COLOR_FIELD_SCALE, greyLevelToLightness, labToNetwork } from '../data/networkColor.js';
import { prefetch } from '../data/prefetch.js';
import { ImageError } from '../errors.js';

/** A photo whose mean chroma is below this has no color to compare with; as in `findGreyImages`, Lab units. */
const GREY_CHROMA = 2.5;
/** Photos read ahead of the one that is measured. */
const AHEAD = 8;
const BYTE_SCALE = 255;

/** A photo at the size that the networks work at: the largest square in its middle. */
export interface TestPhoto {
  /** Index in its source. */
  readonly index: number;
  readonly name: string;
  /** Side in pixels. */
  readonly size: number;
  /** 8-bit sRGB, `[size, size, 3]`. */
  readonly rgb: Uint8ClampedArray;
  /** L in 0..100, `[size, size]`. */
  readonly lightness: Float32Array;
  /** `ab / 128`, `[size, size, 2]`. */
  readonly colorField: Float32Array;
}

/** A photo that no figure is of, and why. */
export interface LeftOutPhoto {
  readonly index: number;
  readonly name: string;
  /** What is wrong with it; `null` for a photo that is readable and grey. */
  readonly error: string | null;
}

export interface UsablePhotosOptions {
  /** Indices of the photos in the source. */
  readonly indices: readonly number[];
  readonly size: number;
  readonly signal: AbortSignal | undefined;
  /** Told of each photo once it has been looked at; `null` where it is used. */
  readonly onPhoto: (leftOut: LeftOutPhoto | null) => void;
}

/** A picture as the networks see it and as it is compared. */
export async function testPhoto(
  image: RasterImage,
  { index, name, size }: Pick<TestPhoto, 'index' | 'name' | 'size'>,
): Promise<TestPhoto> {
  const tensors = tf.tidy(() => {
    const rgb = tf.expandDims<tf.Tensor4D>(cropRaster(image, centerCrop(image), size), 0);
    const { greyLevel, colorField } = labToNetwork(rgbToLab(rgb));
    return [tf.mul(rgb, BYTE_SCALE), greyLevelToLightness(greyLevel), colorField];
  });
  try {
    const [rgb, lightness, colorField] = await Promise.all(
      tensors.map(async (tensor) => tensor.data<'float32'>()),
    );
    return {
      index,
      name,
      size,
      rgb: Uint8ClampedArray.from(rgb!),
      lightness: lightness!,
      colorField: colorField!,
    };
  } finally {
    tf.dispose(tensors);
  }
}

/** Mean of `sqrt(a**2 + b**2)`, in Lab units. */
function meanChroma({ colorField }: TestPhoto): number {
  let sum = 0;
  for (let i = 0; i < colorField.length; i += 2) sum += Math.hypot(colorField[i]!, colorField[i + 1]!);
  return (sum * 2 * COLOR_FIELD_SCALE) / colorField.length;
}

/** The photo, or why it is left out. */
async function readPhoto(source: ImageSource, place: Pick<TestPhoto, 'index' | 'size'>, signal: AbortSignal) {
  const { index } = place;
  const name = source.name(index);
  try {
    const photo = await testPhoto(await source.read(index, { signal }), { ...place, name });
    return meanChroma(photo) < GREY_CHROMA ? { leftOut: { index, name, error: null } } : { photo };
  } catch (error) {
    if (error instanceof ImageError) return { leftOut: { index, name, error: error.message } };
    throw error;
  }
}

/** The photos of a source that can be read and have color, one after the other. */
export async function* usablePhotos(
  source: ImageSource,
  { indices, size, signal, onPhoto }: UsablePhotosOptions,
): AsyncGenerator<TestPhoto, void, undefined> {
  const read = prefetch(0, indices.length, {
    produce: async (i, signal) => readPhoto(source, { index: indices[i]!, size }, signal),
    dispose: () => {},
    ahead: AHEAD,
    signal,
  });
  for await (const { photo, leftOut = null } of read) {
    onPhoto(leftOut);
    if (photo !== undefined) yield photo;
  }
}

/** Photos in groups of `count`; the last may be smaller. */
export async function* inBatches(
  photos: AsyncIterable<TestPhoto>,
  count: number,
): AsyncGenerator<TestPhoto[], void, undefined> {
  let batch: TestPhoto[] = [];
  for await (const photo of photos) {
    batch.push(photo);
    if (batch.length < count) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
