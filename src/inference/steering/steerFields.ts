import * as tf from '@tensorflow/tfjs-core';

import {
  byWeight,
  type ChosenField,
  decodeCandidates,
  type EncodedPhoto,
  manyCandidates,
} from '../chooseFields.js';
import type { ChooseLatentsOptions } from '../chooseLatents.js';
import { componentPrior, type FieldCandidate, mostDistinct } from '../unlikeFields.js';
import type { PlacedWishes } from './prepareWishes.js';
import { refineLatents, type RefineOptions } from './refineLatents.js';
import { wishEnergy } from './wishEnergy.js';
import type { ColorWishes } from './wishes.js';

/** Codes that are moved, for each result that is asked for: among them the most different are chosen. */
const STARTS_PER_RESULT = 2;
/** Error before the correction, in units of CIEDE2000, that makes a result half as likely to be chosen. */
const HALVING_ERROR = 8;
/** How likely a code that was not moved is to be chosen, beside one that was: it is taken where those that were all look alike. */
const UNMOVED_PRIOR = 1e-4;

export interface SteerOptions extends ChooseLatentsOptions, Omit<RefineOptions, 'energy'> {}

/** Whether the wishes say which codes are wanted, and not only what becomes of their colors. */
export function asksForCodes({ hints = [], lock, palette = [], reference }: ColorWishes): boolean {
  return hints.length > 0 || lock !== undefined || palette.length > 0 || reference !== undefined;
}

/** The cost of each color field. */
async function costsOf(
  energy: RefineOptions['energy'],
  fields: readonly FieldCandidate[],
): Promise<Float32Array> {
  const [size] = fields[0]!.colorField.shape as [number, number, number];
  const values = new Float32Array(fields.length * size * size * 2);
  fields.forEach(({ colorField }, i) => values.set(colorField.values, i * size * size * 2));
  const costs = tf.tidy(() => energy(tf.tensor4d(values, [fields.length, size, size, 2])));
  try {
    return await costs.data<'float32'>();
  } finally {
    costs.dispose();
  }
}

/** Codes to begin with: half of them those that cost least, half the most different of the others. */
async function startingCodes(
  { lightness }: EncodedPhoto,
  candidates: readonly FieldCandidate[],
  energy: RefineOptions['energy'],
  options: SteerOptions,
): Promise<FieldCandidate[]> {
  const costs = await costsOf(energy, candidates);
  const order = candidates
    .map((candidate, i) => ({
      candidate,
      cost: costs[i]! - Math.log(Math.max(1e-9, candidate.componentWeight)),
    }))
    .sort((one, other) => one.cost - other.cost)
    .map(({ candidate }) => candidate);
  const [cheap, others] = [order.slice(0, options.count), order.slice(options.count)];
  const count = options.count * (STARTS_PER_RESULT - 1);
  return [...cheap, ...mostDistinct(lightness, others, { count, leastDifference: 0 })];
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** How likely each candidate is to be chosen: the less, the more its code misses the hints. */
function priorsOf(candidates: readonly FieldCandidate[], wishes: PlacedWishes): number[] {
  return candidates.map((candidate) => {
    const missed = mean(wishes.errorsOf(candidate.colorField.values).hints);
    return componentPrior(candidate) * 0.5 ** (missed / HALVING_ERROR);
  });
}

/**
 * Colors that obey wishes, in several ways.
 *
 * Codes from all components and from draws are moved to where the wishes, and the mixture, cost least; what is still missing at
 * hints is spread around them; of the results, those that differ most are returned, the nearest to the wishes preferred. Where the codes
 * have moved to the same place, others that were not moved make up the number, unless a palette or a reference is wished for: corrections bring
 * them to hints and locks, but not to these.
 */
export async function steerFields(
  encoded: EncodedPhoto,
  wishes: PlacedWishes,
  options: SteerOptions,
): Promise<ChosenField[]> {
  const { count, leastDifference } = options;
  const energy = wishEnergy(wishes);
  const all = await decodeCandidates(encoded, await manyCandidates(encoded, options));
  const starts = await startingCodes(encoded, all, energy, options);
  const latents = await refineLatents(encoded, starts, { ...options, energy });
  const moved = starts.map((start, i) => ({ ...start, latent: latents[i]! }));
  const candidates = await decodeCandidates(encoded, moved);
  const local = wishes.palette.length === 0 && wishes.reference === null;
  const spare = local ? all : [];
  const prior = [
    ...priorsOf(candidates, wishes),
    ...priorsOf(spare, wishes).map((share) => share * UNMOVED_PRIOR),
  ];
  const obeying = [...candidates, ...spare].map((candidate) => ({
    ...candidate,
    colorField: { ...candidate.colorField, values: wishes.apply(candidate.colorField.values) },
  }));
  return byWeight(mostDistinct(encoded.lightness, obeying, { count, leastDifference, prior }));
}
