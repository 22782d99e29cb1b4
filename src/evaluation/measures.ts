import * as tf from '@tensorflow/tfjs-core';

import { clipToGamut, labToRgb } from '../data/lab.js';
import { COLOR_FIELD_SCALE } from '../data/networkColor.js';
import { areaUnderErrorCurve } from '../metrics/areaUnderErrorCurve.js';
import { bestOfError, perPixelBestError } from '../metrics/bestOfError.js';
import { meanCiede2000, meanPairwiseCiede2000 } from '../metrics/meanCiede2000.js';
import { colorfulness } from '../metrics/colorfulness.js';
import { peakSignalToNoise } from '../metrics/peakSignalToNoise.js';
import { resultVariance } from '../metrics/resultVariance.js';
import { structuralSimilarity } from '../metrics/structuralSimilarity.js';
import type { CodeFacts } from './encodedBatch.js';
import type { PaintedPhoto } from './paintSystems.js';
import type { TestPhoto } from './testPhoto.js';

const BYTE_SCALE = 255;
const ROOT_MEAN_SQUARE = { norm: 'rootMeanSquare' } as const;

/** Figures of one photo; `null` where one could not be computed. */
export interface Measures {
  readonly errors: readonly number[];
  /** Error of best of the first result, of the first two, ... */
  readonly errorByCount: readonly number[];
  readonly perPixelBestError: number;
  readonly bestRootMeanSquare: number;
  readonly perPixelBestRootMeanSquare: number;
  readonly variance: number | null;
  readonly rgbPerPixelBest: number;
  readonly rgbVariance: number | null;
  readonly pairwiseCiede2000: number | null;
  readonly firstCiede2000: number;
  readonly bestCiede2000: number;
  readonly firstPeakSignalToNoise: number | null;
  readonly bestPeakSignalToNoise: number | null;
  readonly firstSimilarity: number | null;
  readonly bestSimilarity: number | null;
  readonly colorfulness: number;
  readonly absoluteColorfulness: number;
  /** `absoluteColorfulness` less that of the photo. */
  readonly colorfulnessDifference: number;
  /** Mean over all results of their absolute colorfulness, and that less the photo's. */
  readonly allColorfulness: number;
  readonly allColorfulnessDifference: number;
  readonly area: number;
  readonly rebalancedArea: number;
  /** Sum of the rarity weights of the pixels, by which photos count in the rebalanced area. */
  readonly rarity: number;
  /** What the mixture says of the true code; `null` for baselines. */
  readonly code: CodeFacts | null;
  /** Index of the result with the least error. */
  readonly best: number;
}

/** What results are compared with. */
export interface Reference {
  readonly photo: TestPhoto;
  /** Rarity weight of each pixel's true color. */
  readonly rarity: Float32Array;
}

/** CIE Lab of a color field on the lightness of a photo, three values a pixel. */
function labOf({ lightness }: TestPhoto, field: ArrayLike<number>): Float32Array {
  const lab = new Float32Array(lightness.length * 3);
  for (let i = 0; i < lightness.length; i++) {
    lab[i * 3] = lightness[i]!;
    lab[i * 3 + 1] = field[i * 2]! * COLOR_FIELD_SCALE;
    lab[i * 3 + 2] = field[i * 2 + 1]! * COLOR_FIELD_SCALE;
  }
  return lab;
}

/** 8-bit sRGB of pictures in CIE Lab, colors out of the gamut clipped. */
async function rgbOf(labs: readonly Float32Array[]): Promise<Uint8ClampedArray[]> {
  const { length } = labs[0]!;
  const joined = new Float32Array(labs.length * length);
  labs.forEach((lab, i) => joined.set(lab, i * length));
  const rgb = tf.tidy(() => {
    const lab = tf.tensor2d(joined, [joined.length / 3, 3]);
    return tf.mul(clipToGamut(labToRgb(lab)), BYTE_SCALE);
  });
  try {
    const values = Uint8ClampedArray.from(await rgb.data());
    return labs.map((_, i) => values.subarray(i * length, (i + 1) * length));
  } finally {
    rgb.dispose();
  }
}

/** 8-bit sRGB of each result, `[size, size, 3]`. */
export async function paintedRgb(photo: TestPhoto, { fields }: PaintedPhoto): Promise<Uint8ClampedArray[]> {
  return rgbOf(fields.map((field) => labOf(photo, field)));
}

/** Distance of two color fields in the ab plane at each pixel, in Lab units. */
export function abDistances(one: ArrayLike<number>, other: ArrayLike<number>): Float64Array {
  const distances = new Float64Array(one.length / 2);
  for (let i = 0; i < distances.length; i++) {
    const [a, b] = [one[i * 2]! - other[i * 2]!, one[i * 2 + 1]! - other[i * 2 + 1]!];
    distances[i] = COLOR_FIELD_SCALE * Math.sqrt(a * a + b * b);
  }
  return distances;
}

function leastSoFar(errors: readonly number[]): number[] {
  return errors.map((_, i) => Math.min(...errors.slice(0, i + 1)));
}

function fieldMeasures({ photo }: Reference, { fields }: PaintedPhoto) {
  const truth = photo.colorField;
  const errors = fields.map((field) => bestOfError([field], truth).error);
  return {
    errors,
    errorByCount: leastSoFar(errors),
    best: errors.indexOf(Math.min(...errors)),
    perPixelBestError: perPixelBestError(fields, truth),
    bestRootMeanSquare: bestOfError(fields, truth, ROOT_MEAN_SQUARE).error,
    perPixelBestRootMeanSquare: perPixelBestError(fields, truth, ROOT_MEAN_SQUARE),
    variance: resultVariance(fields),
  };
}

function areaMeasures({ photo, rarity }: Reference, first: ArrayLike<number>) {
  const distances = abDistances(first, photo.colorField);
  return {
    area: areaUnderErrorCurve(distances),
    rebalancedArea: areaUnderErrorCurve(distances, { weights: rarity }),
    rarity: rarity.reduce((sum, weight) => sum + weight, 0),
  };
}

/** What a person sees of one result. */
function pictureMeasures({ size, rgb: truth }: TestPhoto, rgb: Uint8ClampedArray) {
  return {
    peakSignalToNoise: peakSignalToNoise(rgb, truth),
    similarity: structuralSimilarity(rgb, truth, { width: size }),
  };
}

function colorfulnessMeasures({ rgb: truth }: TestPhoto, pictures: readonly Uint8ClampedArray[]) {
  const ofTruth = colorfulness(truth, { absolute: true });
  const ofResults = pictures.map((rgb) => colorfulness(rgb, { absolute: true }));
  const allColorfulness = ofResults.reduce((sum, value) => sum + value, 0) / ofResults.length;
  return {
    colorfulness: colorfulness(pictures[0]!),
    absoluteColorfulness: ofResults[0]!,
    colorfulnessDifference: ofResults[0]! - ofTruth,
    allColorfulness,
    allColorfulnessDifference: allColorfulness - ofTruth,
  };
}

/** The figures of the cINN paper: of sRGB in [0, 1]. */
function rgbMeasures({ rgb: truth }: TestPhoto, pictures: readonly Uint8ClampedArray[]) {
  const variance = resultVariance(pictures);
  return {
    rgbPerPixelBest: perPixelBestError(pictures, truth, ROOT_MEAN_SQUARE) / BYTE_SCALE,
    rgbVariance: variance === null ? null : variance / BYTE_SCALE ** 2,
  };
}

/** All figures of the results of one system for one photo. */
export async function measurePhoto(
  reference: Reference,
  painted: PaintedPhoto,
  code: CodeFacts | null,
): Promise<Measures> {
  const { photo } = reference;
  const labs = painted.fields.map((field) => labOf(photo, field));
  const truth = labOf(photo, photo.colorField);
  const pictures = await rgbOf(labs);
  const inField = fieldMeasures(reference, painted);
  const { best } = inField;
  const first = pictureMeasures(photo, pictures[0]!);
  const nearest = best === 0 ? first : pictureMeasures(photo, pictures[best]!);
  return {
    ...inField,
    ...areaMeasures(reference, painted.fields[0]!),
    ...colorfulnessMeasures(photo, pictures),
    ...rgbMeasures(photo, pictures),
    pairwiseCiede2000: meanPairwiseCiede2000(labs),
    firstCiede2000: meanCiede2000(labs[0]!, truth),
    bestCiede2000: meanCiede2000(labs[best]!, truth),
    firstPeakSignalToNoise: first.peakSignalToNoise,
    bestPeakSignalToNoise: nearest.peakSignalToNoise,
    firstSimilarity: first.similarity,
    bestSimilarity: nearest.similarity,
    code,
  };
}
