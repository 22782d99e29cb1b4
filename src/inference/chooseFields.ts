import type * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import type { ColorVae } from '../models/colorVae.js';
import {
  type ChooseLatentsOptions,
  drawnCandidates,
  type LatentCandidate,
  modeCandidates,
} from './chooseLatents.js';
import { decodeFields } from './decodeFields.js';
import type { ColorizerEngine } from './engine.js';
import { type FieldCandidate, type KeptField, mostDistinct, unlikeFields } from './unlikeFields.js';

/** Codes drawn for each result that is asked for: those left over take the place of near-duplicates. */
const DRAWN_PER_RESULT = 4;
/** Codes among which the most different are looked for, modes included. */
const DISTINCT_CANDIDATES = 48;

/** What the networks say of one photo. */
export interface EncodedPhoto {
  readonly vae: ColorVae;
  /** A batch of 1. */
  readonly mixture: GaussianMixture;
  /** Result of `encodeGreyLevel`; empty where an engine decodes. */
  readonly conditioning: readonly tf.Tensor4D[];
  /** Decodes in place of the networks. */
  readonly engine?: ColorizerEngine | undefined;
  /** L in 0..100, `[size, size]`, at the size of the color fields. */
  readonly lightness: Float32Array;
  /** What is done to each color field before fields are compared; none if left out. */
  readonly finish?: (field: ArrayLike<number>) => Float32Array;
}

/** A code that is returned, its colors, and its share of the weight of all that are. */
export interface ChosenField extends KeptField {
  /** `componentWeight` over the sum of those of all results. */
  readonly weight: number;
}

/** The color fields of codes, by the engine if there is one. */
export async function fieldsOf(
  { vae, conditioning, engine, lightness }: Omit<EncodedPhoto, 'mixture' | 'finish'>,
  latents: readonly Float32Array[],
): Promise<readonly TensorData[]> {
  if (engine !== undefined) return engine.colorFields(lightness, latents);
  return decodeFields(vae, latents, conditioning);
}

/** Decodes candidates for one photo. */
export async function decodeCandidates(
  { finish, ...encoded }: EncodedPhoto,
  candidates: readonly LatentCandidate[],
): Promise<FieldCandidate[]> {
  const decoded = await fieldsOf(encoded, candidates.map(({ latent }) => latent)); // prettier-ignore
  const fields =
    finish === undefined ? decoded : decoded.map(({ shape, values }) => ({ shape, values: finish(values) }));
  return candidates.map((candidate, i) => ({ ...candidate, colorField: fields[i]! }));
}

function heavierFirst(one: LatentCandidate, other: LatentCandidate): number {
  return other.componentWeight - one.componentWeight;
}

/**
 * The first candidates that differ from each other; no more are decoded than it takes.
 *
 * They are decoded in the order of results: on GPUs, colors depend in the last bit on what is decoded together, and `decode` is to give
 * them again.
 */
async function firstUnlike(
  encoded: EncodedPhoto,
  candidates: readonly LatentCandidate[],
  { count, leastDifference }: ChooseLatentsOptions,
): Promise<readonly KeptField[]> {
  const { kept, offer } = unlikeFields(encoded.lightness, leastDifference);
  for (let first = 0; kept.length < count && first < candidates.length;) {
    const some = candidates.slice(first, first + count - kept.length).toSorted(heavierFirst);
    (await decodeCandidates(encoded, some)).forEach(offer);
    first += some.length;
  }
  return kept;
}

/** Modes, then draws up to as many candidates as are compared. */
export async function manyCandidates(
  { mixture }: EncodedPhoto,
  { count, seed, temperature }: ChooseLatentsOptions,
): Promise<LatentCandidate[]> {
  const modes = await modeCandidates(mixture);
  const drawn = Math.max(DISTINCT_CANDIDATES - modes.length, DRAWN_PER_RESULT * count);
  return [...modes, ...(await drawnCandidates(mixture, { count: drawn, seed, temperature }))];
}

async function keptFields(
  encoded: EncodedPhoto,
  options: ChooseLatentsOptions,
): Promise<readonly KeptField[]> {
  const { count, mode, seed, temperature } = options;
  const { mixture, lightness } = encoded;
  if (mode === 'modes') return firstUnlike(encoded, await modeCandidates(mixture), options);
  if (mode === 'distinct') {
    const candidates = await decodeCandidates(encoded, await manyCandidates(encoded, options));
    return mostDistinct(lightness, candidates, options);
  }
  const drawn = await drawnCandidates(mixture, { count: DRAWN_PER_RESULT * count, seed, temperature });
  return firstUnlike(encoded, drawn, options);
}

/** Results in the order of the weights of their components, with their shares of the sum of these. */
export function byWeight<F extends KeptField>(kept: readonly F[]): (F & { readonly weight: number })[] {
  const sum = kept.reduce((total, { componentWeight }) => total + componentWeight, 0);
  return kept.map((field) => ({ ...field, weight: field.componentWeight / sum })).sort(heavierFirst);
}

/**
 * Codes for one photo and their colors, the weightiest first; no two look alike.
 *
 * There are fewer than `count` where not so many differ: in mode `'modes'` among all components, in mode `'samples'` among four
 * draws for each result, in mode `'distinct'` among all modes and at least forty draws.
 */
export async function chooseFields(
  encoded: EncodedPhoto,
  options: ChooseLatentsOptions,
): Promise<ChosenField[]> {
  return byWeight(await keptFields(encoded, options));
}
