import * as tf from '@tensorflow/tfjs-core';

import { measureColorPrior, smoothColorPrior } from '../data/colorPrior.js';
import { centerCropTransform } from '../data/cropTransform.js';
import { imageDataset, type ImageDataset } from '../data/imageDataset.js';
import { type ImageSource, selectImages } from '../data/imageSource.js';
import { rgbToLab } from '../data/lab.js';
import { rarityWeights } from '../data/rarityWeights.js';

/** So many pictures tell well enough how common each color is. */
const MOST_PICTURES = 1000;
const BATCH_SIZE = 16;

export interface MeasureRarityOptions {
  /** Side of the squares that colors are counted in, in pixels. */
  readonly size: number;
  /** Gives up; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** At most `MOST_PICTURES` pictures, spread evenly over the source. */
function spreadOut(source: ImageSource): ImageSource {
  const count = Math.min(source.length, MOST_PICTURES);
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * source.length) / count));
  return selectImages(source, indices);
}

async function* abBatches(dataset: ImageDataset): AsyncGenerator<tf.Tensor4D> {
  for await (const { images } of dataset.batches(0)) {
    yield tf.tidy(() => {
      const ab = tf.slice(rgbToLab(images), [0, 0, 0, 1], [-1, -1, -1, 2]);
      images.dispose();
      return ab;
    });
  }
}

/**
 * Rarity weights of the color bins by the colors of pictures, smoothed; their mean under the smoothed distribution is 1.
 *
 * @param source Up to 1,000 of its pictures are looked at, spread evenly over it.
 * @returns A weight for each of the 313 bins; see `pixelWeights`.
 * @throws {TrainingError} If no picture can be read.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016, equation 4.
 */
export async function measureRarity(
  source: ImageSource,
  options: MeasureRarityOptions,
): Promise<Float32Array> {
  const { size, signal } = options;
  const dataset = imageDataset({
    source: spreadOut(source),
    size,
    transform: centerCropTransform({ size }),
    batchSize: BATCH_SIZE,
    seed: 0,
    shuffle: false,
    onUnreadable: 'skip',
    ...(signal && { signal }),
  });
  const prior = await measureColorPrior(abBatches(dataset));
  return rarityWeights({ prior: smoothColorPrior(prior) });
}
