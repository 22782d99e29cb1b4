import { colorVaeLoss, type ColorVaeLossOptions } from '../losses/colorVaeLoss.js';
import { type ColorVae, forwardColorVae } from '../models/colorVae.js';
import { namedWeights } from '../models/weights.js';
import type { ColorExamples } from './examples.js';
import { meanParts } from './meanParts.js';
import type { TrainingOptions } from './options.js';
import { constantSchedule, type Schedule } from './schedules/schedule.js';
import { scheduleValue } from './schedules/scheduleValue.js';
import type { TrainingData, TrainingTask } from './task.js';
import { train, type TrainingResult } from './train.js';
import { colorVaeLossRecipe } from './workers/recipe.js';

export interface ColorVaeTaskOptions {
  /** Form and factors of the loss, all but beta. */
  readonly loss?: Omit<ColorVaeLossOptions, 'beta'>;
  /**
   * Units of reconstruction that a nat of divergence costs, as a number or by step. Validation uses the value that a schedule
   * ends with, so that its losses can be compared with each other.
   *
   * @defaultValue `1`
   */
  readonly beta?: number | Schedule;
}

export type TrainColorVaeOptions = TrainingOptions<ColorExamples> & ColorVaeTaskOptions;

/**
 * The training of a color VAE, for `train`: reconstruct the color field, keep the codes near the prior.
 *
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section 4.
 */
export function colorVaeTask(vae: ColorVae, options: ColorVaeTaskOptions = {}): TrainingTask<ColorExamples> {
  const { loss: lossOptions = {}, beta = 1 } = options;
  const schedule = typeof beta === 'number' ? constantSchedule(beta) : beta;
  const finalBeta = scheduleValue(schedule, Number.MAX_SAFE_INTEGER);
  const { trainable, statistics } = namedWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);
  return {
    variables: trainable,
    buffers: statistics,
    loss: ({ greyLevel, colorField, weights }, { step, seed, training, firstExample }) => {
      const input = { greyLevel, colorField };
      const { reconstruction, posterior } = forwardColorVae(vae, input, { seed, training, firstExample });
      const target = { target: colorField, reconstruction, posterior };
      const inputs = weights === undefined ? target : { ...target, weights };
      const beta = training ? scheduleValue(schedule, step) : finalBeta;
      return meanParts({ ...colorVaeLoss(inputs, { ...lossOptions, beta }) });
    },
    recipe: async () => ({
      kind: 'colorVae',
      config: vae.config,
      loss: await colorVaeLossRecipe(lossOptions),
      beta,
    }),
  };
}

/**
 * Trains a color VAE in place.
 *
 * @param vae Its weights are changed.
 * @param data See `colorExamples`.
 * @throws What `train` throws.
 */
export async function trainColorVae(
  vae: ColorVae,
  data: TrainingData<ColorExamples>,
  options: TrainColorVaeOptions,
): Promise<TrainingResult> {
  return train(colorVaeTask(vae, options), data, options);
}
