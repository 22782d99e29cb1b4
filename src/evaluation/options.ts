import type { ImageSource } from '../data/imageSource.js';
import { assertPositiveInteger } from '../errors.js';
import { type ChooseLatentsOptions, latentOptions, type LatentMode } from '../inference/chooseLatents.js';
import { assertFeatures, type ColorizerOptions } from '../inference/encodePhoto.js';
import { assertColorizerModels, type ColorizerModels } from '../models/colorizerModels.js';

/** Photos looked at and photos in all, of one pass over them. */
export interface EvaluationProgress {
  /** `'statistics'` is the pass before, for the baselines that are means over the set. */
  readonly stage: 'statistics' | 'evaluation';
  readonly done: number;
  readonly total: number;
}

export interface EvaluateColorizerOptions extends ColorizerOptions {
  /**
   * Results per photo; in mode `'modes'` at most the number of components.
   *
   * @defaultValue `5`
   */
  readonly count?: number;
  /**
   * `'modes'` measures the means of the most likely components; `'samples'` codes drawn from the mixture; `'distinct'` those that
   * differ most among modes and many draws.
   *
   * @defaultValue `'modes'`
   */
  readonly mode?: LatentMode;
  /**
   * Factor of the standard deviations where codes are drawn.
   *
   * @defaultValue `1`
   */
  readonly temperature?: number;
  /**
   * Non-negative integer: everything that is drawn, of codes and of photos for the intervals.
   *
   * @defaultValue `0`
   */
  readonly seed?: number;
  /**
   * Photos to measure by, spread evenly over the source.
   *
   * @defaultValue all
   */
  readonly limit?: number;
  /**
   * Whether the baselines are measured too; see `BASELINES`.
   *
   * @defaultValue `false`
   */
  readonly baselines?: boolean;
  /**
   * Results of the plain prior that are grouped to `count`; they take most of the time of the baselines.
   *
   * @defaultValue `256`
   */
  readonly priorSamples?: number;
  /** Gives up between two photos; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each photo. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** Options with their defaults, found to be in range. */
export interface EvaluationRequest {
  readonly latents: ChooseLatentsOptions;
  /** Photos to look at. */
  readonly indices: readonly number[];
  readonly baselines: boolean;
  readonly priorSamples: number;
  readonly features: ColorizerOptions['features'];
  readonly signal: AbortSignal | undefined;
  readonly onProgress: EvaluateColorizerOptions['onProgress'];
}

/** @throws {RangeError} If a number is out of its range. */
export function checkedRequest(
  action: string,
  models: ColorizerModels,
  source: ImageSource,
  options: EvaluateColorizerOptions,
): EvaluationRequest {
  const {
    limit = source.length,
    baselines = false,
    priorSamples = 256,
    features,
    signal,
    onProgress,
  } = options;
  const { components } = models.mixtureDensityNetwork.config;
  assertColorizerModels(action, models);
  const latents = latentOptions(action, options, components);
  assertPositiveInteger(action, 'source.length', source.length);
  assertPositiveInteger(action, 'limit', limit);
  assertPositiveInteger(action, 'priorSamples', priorSamples);
  assertFeatures(action, models, options);
  const count = Math.min(limit, source.length);
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * source.length) / count));
  return { latents, indices, baselines, priorSamples, features, signal, onProgress };
}
