import { readTensors, type TensorData } from '../../checkpoint/tensorData.js';
import type { ColorVaeLossOptions } from '../../losses/colorVaeLoss.js';
import type { MixtureDensityLossOptions } from '../../losses/mixtureDensityLoss.js';
import type { ColorVaeConfig, MixtureDensityNetworkConfig } from '../../models/config.js';
import type { Schedule } from '../schedules/schedule.js';

/** The loss of a color VAE; tensors are replaced by their values. */
export interface ColorVaeLossRecipe extends Omit<ColorVaeLossOptions, 'beta' | 'components'> {
  /** `components` and `variances`. */
  readonly components?: ReadonlyMap<string, TensorData>;
}

/** All that a thread needs to build the task of a color VAE anew. */
export interface ColorVaeRecipe {
  readonly kind: 'colorVae';
  readonly config: ColorVaeConfig;
  readonly loss: ColorVaeLossRecipe;
  readonly beta: number | Schedule;
}

/** All that a thread needs to build the task of a mixture density network anew. */
export interface MixtureRecipe {
  readonly kind: 'mixtureDensityNetwork';
  readonly config: MixtureDensityNetworkConfig;
  readonly loss: MixtureDensityLossOptions;
  /** The color VAE whose codes are predicted, where batches are color examples. */
  readonly encoder?: {
    readonly config: ColorVaeConfig;
    readonly weights: ReadonlyMap<string, TensorData>;
  };
}

/** A task as plain data: a function cannot be sent to another thread. */
export type TaskRecipe = ColorVaeRecipe | MixtureRecipe;

/** The loss options of a color VAE as plain data. */
export async function colorVaeLossRecipe({
  components,
  ...loss
}: Omit<ColorVaeLossOptions, 'beta'>): Promise<ColorVaeLossRecipe> {
  if (components === undefined) return loss;
  return { ...loss, components: await readTensors(new Map(Object.entries(components))) };
}
