import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import type { ImageTransform } from '../data/imageDataset.js';
import type { ImageSource } from '../data/imageSource.js';
import type { ColorVaeLossOptions } from '../losses/colorVaeLoss.js';
import type { MixtureDensityLossOptions } from '../losses/mixtureDensityLoss.js';
import type { ColorizerConfigs, ColorizerModels } from '../models/colorizerModels.js';
import type { ModelPreset } from '../models/presets.js';
import type { TrainingCallback } from './callbacks/callback.js';
import type { TrainingWorkers } from './workers/pool.js';

/** Which of the two networks is trained. */
export type TrainingStage = 'colorVae' | 'mixtureDensityNetwork';

/** In the order in which they are trained. */
export const STAGES: readonly TrainingStage[] = ['colorVae', 'mixtureDensityNetwork'];

export interface TrainColorizerOptions {
  /** Pictures to learn from. */
  readonly source: ImageSource;
  /**
   * Pictures to measure by after each epoch; each stage ends with the weights that did best on them.
   *
   * @defaultValue none: each stage ends with its last weights, averaged
   */
  readonly validation?: ImageSource;
  /**
   * Makes a square example of a training picture, as large as the networks of the preset want it.
   *
   * @defaultValue `randomCropTransform`: a random square, mirrored at random
   */
  readonly transform?: ImageTransform;
  /**
   * Makes a square example of a validation picture.
   *
   * @defaultValue `centerCropTransform`: the square in the middle
   */
  readonly validationTransform?: ImageTransform;
  /** Source of all randomness: a non-negative integer, 0 included. */
  readonly seed: number;
  /**
   * Size of the networks. `'reference'` and `'referenceTf'` are refused: their mixture density networks look at features
   * that somebody else trained; train them with `trainColorVae` and `trainMixtureDensityNetwork`.
   *
   * @defaultValue `'compact'`
   */
  readonly preset?: ModelPreset;
  /**
   * The networks in full, instead of a preset. Both look at grey levels of the same size.
   *
   * @defaultValue those of `preset`
   */
  readonly configs?: ColorizerConfigs;
  /**
   * Times that each network sees each picture; not together with `steps`.
   *
   * @defaultValue `20`
   */
  readonly epochs?: number;
  /**
   * Times that the mixture density network sees each picture. Its epochs are shorter, and it has more to learn: the color VAE
   * sees the colors that it paints.
   *
   * @defaultValue `epochs`
   */
  readonly mixtureEpochs?: number;
  /** Updates of the weights in each stage, instead of epochs. */
  readonly steps?: number;
  /**
   * Pictures per update.
   *
   * @defaultValue `16`
   */
  readonly batchSize?: number;
  /**
   * Highest learning rate; it rises to it, then falls to almost nothing.
   *
   * @defaultValue `0.001`
   */
  readonly learningRate?: number;
  /**
   * Units of reconstruction that a nat of divergence costs: low for colors that come back exactly, high for codes that are
   * easy to predict.
   *
   * @defaultValue `1`
   */
  readonly beta?: number;
  /**
   * Share of the color VAE's steps in which beta rises from 0 to its value, 0 to 1: time for the decoder to find a use for codes before
   * they cost.
   *
   * @defaultValue `0.4` where codes are maps, which say less without it, else `0`
   */
  readonly betaWarmup?: number;
  /**
   * Form and factors of the color VAE's loss, all but beta; `components` stay the caller's.
   *
   * @defaultValue absolute differences alone
   */
  readonly colorVaeLoss?: Omit<ColorVaeLossOptions, 'beta'>;
  /**
   * Form of the mixture density network's loss.
   *
   * @defaultValue `{ form: 'posterior' }`
   */
  readonly mixtureLoss?: MixtureDensityLossOptions;
  /**
   * Weight of each color bin; see `rarityWeights` and `measureRarity`.
   *
   * @defaultValue all pixels count the same
   */
  readonly rarity?: Float32Array;
  /**
   * Keeps the state of the run, so that it can go on after a stop.
   *
   * @defaultValue none
   */
  readonly store?: CheckpointStore;
  /**
   * Goes on from the state in `store`, if there is one.
   *
   * @defaultValue `false`
   */
  readonly resume?: boolean;
  /**
   * Time from one saved state to the next, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  readonly saveEveryMs?: number;
  /**
   * Threads that share each batch; see `nodeWorkers` of `polyhue/node` and `webWorkers` of `polyhue/browser`. The same number
   * of them gives the same weights, another number the same up to rounding; a run may be resumed with another number.
   *
   * @defaultValue none: this thread computes
   */
  readonly workers?: TrainingWorkers;
  /** Callbacks for each stage; they may look at the networks, which belong to the run, and paint samples between two steps. */
  readonly callbacks?: (stage: TrainingStage, models: ColorizerModels) => readonly TrainingCallback[];
  /** Ends the run between two steps, after saving its state; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}
