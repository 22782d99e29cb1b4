import { bootstrapMean, type Estimate } from '../metrics/bootstrapMean.js';
import { weightCalibration, type WeightCalibration } from '../metrics/weightCalibration.js';
import { deriveSeed } from '../random.js';
import type { LatentMode } from '../inference/chooseLatents.js';
import { estimateFigures, type Figures } from './figures.js';
import type { EvaluationRequest } from './options.js';
import type { SystemName } from './paintSystems.js';
import type { SetTally, SystemTally } from './setTally.js';
import { AB_BIN, CHROMA_BIN, riskByChroma } from './tallies.js';
import type { LeftOutPhoto } from './testPhoto.js';

/** Element of the path of the seed of the intervals. */
const INTERVALS = 4;

/** What was asked for. */
export interface EvaluationSettings {
  /** Results per photo, at most. */
  readonly count: number;
  readonly mode: LatentMode;
  /** Used where codes are drawn. */
  readonly temperature: number;
  readonly seed: number;
  /** Mean CIEDE2000 difference below which two results count as one. */
  readonly leastDifference: number;
  /** Results of the plain prior that were grouped, where baselines were measured. */
  readonly priorSamples: number;
}

/** What was measured of the model or of one baseline. */
export interface SystemEvaluation {
  readonly name: SystemName;
  /** Results per photo, at most: near-duplicates are left out. */
  readonly results: number;
  readonly figures: Figures;
  /** Error of best of the first result, of the first two, ... */
  readonly errorByCount: readonly Estimate[];
  /**
   * Mean distance to the truth in the ab plane by the true chroma of the pixel, Lab units, in bins of `chromaBin`; `null` where
   * there is no pixel. Of the first result, and of the one with the least error.
   */
  readonly risk: { readonly first: readonly (number | null)[]; readonly best: readonly (number | null)[] };
}

/** One photo that was measured by. */
export interface PhotoEvaluation {
  /** Index in the source. */
  readonly index: number;
  readonly name: string;
  /** Error of the model's best result. */
  readonly bestError: number;
  /** Error of the model's first result. */
  readonly firstError: number;
}

/** What an evaluation found, as plain JSON. */
export interface ColorizerEvaluation {
  readonly settings: EvaluationSettings;
  /** Side of the photos as they are compared, in pixels. */
  readonly size: number;
  /** The photos that figures are of. */
  readonly photos: readonly PhotoEvaluation[];
  readonly leftOut: readonly LeftOutPhoto[];
  /** The model, then the baselines. */
  readonly systems: readonly SystemEvaluation[];
  readonly calibration: {
    /** Weights of all components against how often the component is the nearest to the code of the true colors. */
    readonly nearest: WeightCalibration | null;
    /**
     * Weights of the results, scaled to a sum of 1, against how often the result is the best; `null` where codes are
     * drawn and for one result.
     */
    readonly best: WeightCalibration | null;
  };
  /** Pixel counts in bins of a and b, from -128 up, a slowest: of the photos, of first results and of all results. */
  readonly ab: {
    readonly bin: number;
    readonly truth: readonly number[];
    readonly first: readonly number[];
    readonly all: readonly number[];
  };
  /** Width of the bins of chroma, in Lab units. */
  readonly chromaBin: number;
}

function errorsByCount({ measures }: SystemTally, seed: number): Estimate[] {
  const counts = measures[0]!.errors.length;
  return Array.from({ length: counts }, (_, i) => {
    const having = measures.filter(({ errorByCount }) => errorByCount.length > i);
    return bootstrapMean(having.map(({ errorByCount }) => errorByCount[i]!), { seed })!; // prettier-ignore
  });
}

function systemEvaluation(system: SystemTally, seed: number): SystemEvaluation {
  return {
    name: system.name,
    results: Math.max(...system.measures.map(({ errors }) => errors.length)),
    figures: estimateFigures(system.measures, seed),
    errorByCount: errorsByCount(system, seed),
    risk: { first: riskByChroma(system.firstRisk), best: riskByChroma(system.bestRisk) },
  };
}

const oneHot = (length: number, index: number): number[] =>
  Array.from({ length }, (_, i) => Number(i === index));

function nearestCalibration({ measures }: SystemTally): WeightCalibration | null {
  const facts = measures.flatMap(({ code }) => (code === null ? [] : [code]));
  return weightCalibration(
    facts.flatMap(({ weights }) => Array.from(weights, (weight) => Math.min(1, weight))),
    facts.flatMap(({ weights, nearest }) => oneHot(weights.length, nearest)),
  );
}

function bestCalibration({ measures }: SystemTally, weights: SetTally['resultWeights']) {
  const shares = weights.map((own) => {
    const sum = own.reduce((total, weight) => total + weight, 0);
    return own.map((weight) => weight / sum);
  });
  const best = measures.map((one) => oneHot(one.errors.length, one.best));
  return weightCalibration(shares.flat(), best.flat());
}

/** What a tally of at least one photo amounts to. */
export function evaluationOf(tally: SetTally, request: EvaluationRequest, size: number): ColorizerEvaluation {
  const { latents, priorSamples } = request;
  const { count, mode } = latents;
  const [model] = tally.systems;
  const seed = deriveSeed(latents.seed, INTERVALS);
  const ranked = mode === 'modes' && count > 1;
  const photos = tally.photos.map((photo, i) => {
    const { errors, best } = model!.measures[i]!;
    return { ...photo, bestError: errors[best]!, firstError: errors[0]! };
  });
  const { truth, first, all } = tally.ab;
  return {
    settings: { ...latents, priorSamples },
    size,
    photos,
    leftOut: tally.leftOut,
    systems: tally.systems.map((system) => systemEvaluation(system, seed)),
    calibration: {
      nearest: nearestCalibration(model!),
      best: ranked ? bestCalibration(model!, tally.resultWeights) : null,
    },
    ab: { bin: AB_BIN, truth: [...truth], first: [...first], all: [...all] },
    chromaBin: CHROMA_BIN,
  };
}
