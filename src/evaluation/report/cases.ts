import type { RasterImage } from '../../data/image.js';
import type { ImageSource } from '../../data/imageSource.js';
import type { ColorizerOptions } from '../../inference/encodePhoto.js';
import type { ColorizerModels } from '../../models/colorizerModels.js';
import { bestOfError } from '../../metrics/bestOfError.js';
import { disposeBatch, encodeBatch } from '../encodedBatch.js';
import type { ColorizerEvaluation, PhotoEvaluation } from '../evaluation.js';
import { paintedRgb } from '../measures.js';
import { paintModel } from '../paintSystems.js';
import { type TestPhoto, testPhoto } from '../testPhoto.js';

/** Photos of a kind, at most. */
const MOST_PHOTOS = 4;
/** Results that are shown of a photo, at most. */
const MOST_RESULTS = 8;

/** Photos that stand for a part of the set. */
export interface CaseGroup {
  readonly title: string;
  readonly photos: readonly PhotoEvaluation[];
}

/** A photo, what was made of it and what it should be. */
export interface CasePictures {
  readonly grey: RasterImage;
  readonly results: readonly {
    readonly image: RasterImage;
    readonly weight: number;
    readonly isBest: boolean;
  }[];
  readonly truth: RasterImage;
}

/** The photos with the least, the middle and the most error of best; none is in two groups. */
export function caseGroups(photos: readonly PhotoEvaluation[]): CaseGroup[] {
  const sorted = photos.toSorted((one, other) => one.bestError - other.bestError);
  const count = Math.min(MOST_PHOTOS, Math.max(1, Math.floor(sorted.length / 3)));
  const middle = Math.floor((sorted.length - count) / 2);
  const groups = [
    { title: 'Least error', photos: sorted.slice(0, count) },
    { title: 'Middle', photos: sorted.length > 2 ? sorted.slice(middle, middle + count) : [] },
    { title: 'Most error', photos: sorted.length > 1 ? sorted.slice(-count) : [] },
  ];
  return groups.filter(({ photos }) => photos.length > 0);
}

/** Where the pictures come from. */
export interface CaseOptions extends ColorizerOptions {
  readonly models: ColorizerModels;
  readonly source: ImageSource;
}

async function paintAgain(
  photo: TestPhoto,
  { models, features }: CaseOptions,
  settings: ColorizerEvaluation['settings'],
) {
  const encoded = encodeBatch(models, [photo], features);
  try {
    return await paintModel({ vae: models.colorVae, photo, encoded, latents: settings });
  } finally {
    disposeBatch(encoded);
  }
}

/** Which of the results has the least error. */
function bestOf({ colorField }: TestPhoto, fields: readonly ArrayLike<number>[]): number {
  return bestOfError(fields, colorField).index;
}

/** Colors a photo of an evaluation once more, as it was evaluated. */
export async function casePictures(
  { index, name }: PhotoEvaluation,
  options: CaseOptions,
  { settings, size }: Pick<ColorizerEvaluation, 'settings' | 'size'>,
): Promise<CasePictures> {
  const photo = await testPhoto(await options.source.read(index), { index, name, size });
  const painted = await paintAgain(photo, options, settings);
  const best = bestOf(photo, painted.fields);
  const grey = { ...painted, fields: [new Float32Array(photo.colorField.length)] };
  const asImage = (data: Uint8ClampedArray): RasterImage => ({ width: size, height: size, data });
  const [results, [greyRgb]] = [await paintedRgb(photo, painted), await paintedRgb(photo, grey)];
  return {
    grey: asImage(greyRgb!),
    results: results.slice(0, MOST_RESULTS).map((rgb, i) => ({
      image: asImage(rgb),
      weight: painted.weights![i]!,
      isBest: i === best,
    })),
    truth: asImage(photo.rgb),
  };
}
