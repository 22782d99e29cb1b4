/**
 * Metrics of colorizations, pure functions of numbers in typed arrays or plain lists, and evaluations of colorizers by them.
 *
 * @module polyhue/metrics
 */

export { areaUnderErrorCurve } from '../metrics/areaUnderErrorCurve.js';
export type { AreaUnderErrorCurveOptions } from '../metrics/areaUnderErrorCurve.js';
export { bestOfError, perPixelBestError } from '../metrics/bestOfError.js';
export type { BestOfError, ErrorNorm, ErrorOptions } from '../metrics/bestOfError.js';
export { bootstrapMean } from '../metrics/bootstrapMean.js';
export type { BootstrapOptions, Estimate } from '../metrics/bootstrapMean.js';
export { ciede2000 } from '../ciede2000.js';
export { meanCiede2000, meanPairwiseCiede2000 } from '../metrics/meanCiede2000.js';
export { colorfulness } from '../metrics/colorfulness.js';
export type { ColorfulnessOptions } from '../metrics/colorfulness.js';
export { peakSignalToNoise } from '../metrics/peakSignalToNoise.js';
export type { PeakSignalToNoiseOptions } from '../metrics/peakSignalToNoise.js';
export { resultVariance } from '../metrics/resultVariance.js';
export { structuralSimilarity } from '../metrics/structuralSimilarity.js';
export type { StructuralSimilarityOptions } from '../metrics/structuralSimilarity.js';
export { weightCalibration } from '../metrics/weightCalibration.js';
export type {
  CalibrationBin,
  WeightCalibration,
  WeightCalibrationOptions,
} from '../metrics/weightCalibration.js';
export { calibrateChroma } from './calibrateChroma.js';
export type { CalibrateChromaOptions } from './calibrateChroma.js';
export { evaluateColorizer } from './evaluateColorizer.js';
export type {
  ColorizerEvaluation,
  EvaluationSettings,
  PhotoEvaluation,
  SystemEvaluation,
} from './evaluation.js';
export { FIGURE_NAMES, FIGURES } from './figures.js';
export type { FigureName, Figures, FigureSpec } from './figures.js';
export type { EvaluateColorizerOptions, EvaluationProgress } from './options.js';
export { BASELINES } from './paintSystems.js';
export type { SystemName } from './paintSystems.js';
export type { LeftOutPhoto } from './testPhoto.js';
export { evaluationReport } from './report/evaluationReport.js';
export type { EvaluationReportOptions } from './report/evaluationReport.js';
