import { bootstrapMean, type Estimate } from '../metrics/bootstrapMean.js';
import type { Measures } from './measures.js';

/** A figure of a set of photos: what it is called and how it is printed. */
export interface FigureSpec {
  readonly label: string;
  /** Digits behind the point. */
  readonly digits: number;
  /** Which is better; `null` where neither is. */
  readonly better: 'less' | 'more' | null;
}

/** Name of a figure. */
export type FigureName =
  | 'bestError'
  | 'perPixelBestError'
  | 'firstError'
  | 'lastError'
  | 'rankGap'
  | 'bestRootMeanSquare'
  | 'perPixelBestRootMeanSquare'
  | 'variance'
  | 'rgbPerPixelBest'
  | 'rgbVariance'
  | 'pairwiseCiede2000'
  | 'bestCiede2000'
  | 'firstCiede2000'
  | 'bestPeakSignalToNoise'
  | 'firstPeakSignalToNoise'
  | 'bestSimilarity'
  | 'firstSimilarity'
  | 'area'
  | 'rebalancedArea'
  | 'colorfulness'
  | 'absoluteColorfulness'
  | 'colorfulnessGapOfMeans'
  | 'meanColorfulnessGap'
  | 'allColorfulness'
  | 'allColorfulnessGapOfMeans'
  | 'logLikelihood'
  | 'logLikelihoodGain';

/** A figure and where it comes from. */
interface MeasuredFigure extends FigureSpec {
  /** The figure of one photo. */
  readonly of: (measures: Measures) => number | null;
  /** How much the photo counts; all the same where it is absent. */
  readonly weight?: (measures: Measures) => number;
  /** What becomes of the mean over the photos. */
  readonly transform?: (mean: number) => number;
}

/** A figure of the order of results, which only those of the mixture have. */
const ofRanked =
  (of: (measures: Measures) => number) =>
  (measures: Measures): number | null =>
    measures.errors.length > 1 && measures.code !== null ? of(measures) : null;

const gain = ({ code }: Measures): number | null =>
  code === null ? null : code.logLikelihood - code.priorLogLikelihood;

const lastError = ({ errors }: Measures): number => errors.at(-1)!;

const MEASURED_FIGURES: Readonly<Record<FigureName, MeasuredFigure>> = {
  bestError: { label: 'best of K: error', digits: 4, better: 'less', of: (m) => m.errors[m.best]! },
  perPixelBestError: {
    label: 'best of K per pixel: error',
    digits: 4,
    better: 'less',
    of: (m) => m.perPixelBestError,
  },
  firstError: { label: 'first result: error', digits: 4, better: 'less', of: (m) => m.errors[0]! },
  lastError: { label: 'last result: error', digits: 4, better: null, of: ofRanked(lastError) },
  rankGap: {
    label: 'last less first: error',
    digits: 4,
    better: 'more',
    of: ofRanked((m) => lastError(m) - m.errors[0]!),
  },
  bestRootMeanSquare: { label: 'best of K: RMS', digits: 4, better: 'less', of: (m) => m.bestRootMeanSquare },
  perPixelBestRootMeanSquare: {
    label: 'best of K per pixel: RMS',
    digits: 4,
    better: 'less',
    of: (m) => m.perPixelBestRootMeanSquare,
  },
  variance: { label: 'variance over K', digits: 6, better: 'more', of: (m) => m.variance },
  rgbPerPixelBest: {
    label: 'best of K per pixel: RMS of sRGB',
    digits: 4,
    better: 'less',
    of: (m) => m.rgbPerPixelBest,
  },
  rgbVariance: { label: 'variance over K of sRGB', digits: 6, better: 'more', of: (m) => m.rgbVariance },
  pairwiseCiede2000: {
    label: 'CIEDE2000 between results',
    digits: 2,
    better: 'more',
    of: (m) => m.pairwiseCiede2000,
  },
  bestCiede2000: { label: 'best of K: CIEDE2000', digits: 2, better: 'less', of: (m) => m.bestCiede2000 },
  firstCiede2000: {
    label: 'first result: CIEDE2000',
    digits: 2,
    better: 'less',
    of: (m) => m.firstCiede2000,
  },
  bestPeakSignalToNoise: {
    label: 'best of K: PSNR, dB',
    digits: 2,
    better: 'more',
    of: (m) => m.bestPeakSignalToNoise,
  },
  firstPeakSignalToNoise: {
    label: 'first result: PSNR, dB',
    digits: 2,
    better: 'more',
    of: (m) => m.firstPeakSignalToNoise,
  },
  bestSimilarity: { label: 'best of K: SSIM', digits: 4, better: 'more', of: (m) => m.bestSimilarity },
  firstSimilarity: { label: 'first result: SSIM', digits: 4, better: 'more', of: (m) => m.firstSimilarity },
  area: { label: 'first result: AuC', digits: 4, better: 'more', of: (m) => m.area },
  rebalancedArea: {
    label: 'first result: AuC, rebalanced',
    digits: 4,
    better: 'more',
    of: (m) => m.rebalancedArea,
    weight: (m) => m.rarity,
  },
  colorfulness: {
    label: 'first result: colorfulness',
    digits: 2,
    better: null,
    of: (m) => m.colorfulness,
  },
  absoluteColorfulness: {
    label: 'the same, absolute values',
    digits: 2,
    better: null,
    of: (m) => m.absoluteColorfulness,
  },
  colorfulnessGapOfMeans: {
    label: 'its gap to the photos: of means',
    digits: 2,
    better: 'less',
    of: (m) => m.colorfulnessDifference,
    transform: Math.abs,
  },
  meanColorfulnessGap: {
    label: 'its gap to the photos: mean',
    digits: 2,
    better: 'less',
    of: (m) => Math.abs(m.colorfulnessDifference),
  },
  allColorfulness: {
    label: 'all K: colorfulness, absolute values',
    digits: 2,
    better: null,
    of: (m) => m.allColorfulness,
  },
  allColorfulnessGapOfMeans: {
    label: 'their gap to the photos: of means',
    digits: 2,
    better: 'less',
    of: (m) => m.allColorfulnessDifference,
    transform: Math.abs,
  },
  logLikelihood: {
    label: 'code log-likelihood, nats',
    digits: 2,
    better: 'more',
    of: (m) => m.code?.logLikelihood ?? null,
  },
  logLikelihoodGain: { label: 'the same less plain prior', digits: 2, better: 'more', of: gain },
};

/** What figures are called and how they are printed; `K` is the number of results per photo. */
export const FIGURES: Readonly<Record<FigureName, FigureSpec>> = MEASURED_FIGURES;

/** Names of all figures, in the order in which they are printed. */
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

/** Figures with their intervals; `null` where one could not be computed for any photo. */
export type Figures = Readonly<Record<FigureName, Estimate | null>>;

/** The mean of a figure over the photos that have it. */
function estimateFigure(name: FigureName, measures: readonly Measures[], seed: number): Estimate | null {
  const { of, weight, transform } = MEASURED_FIGURES[name];
  const having = measures.filter((one) => of(one) !== null);
  return bootstrapMean(
    having.map((one) => of(one)!),
    { seed, ...(weight && { weights: having.map(weight) }), ...(transform && { transform }) },
  );
}

/** All figures of one system. */
export function estimateFigures(measures: readonly Measures[], seed: number): Figures {
  const entries = FIGURE_NAMES.map((name) => [name, estimateFigure(name, measures, seed)] as const);
  return Object.fromEntries(entries) as Figures;
}
