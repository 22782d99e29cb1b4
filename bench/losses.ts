/**
 * Color VAEs of other losses, with betas at which their codes say about as much, each with a mixture density network on its
 * codes, measured on what a model holds out.
 *
 * Run: npx tsx bench/losses.ts MODEL PICTURES.tar [STEPS] [VARIANT...]     MODEL says which pictures are held out
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  type ColorVae,
  type ColorVaeLossOptions,
  colorVaeTask,
  fitColorComponents,
  type PrincipalComponents,
  trainColorizer,
} from 'polyhue';
import { startBackend } from 'polyhue/node';

import { COLUMNS, examples, measureModes, type Split, splitAsModel } from './heldOut.js';
import { printTable } from './measure.js';

/** Principal components of the color fields and pictures that they are fitted to. */
const [COMPONENTS, FITTED] = [20, 2000];

interface Variant {
  readonly beta: number;
  readonly loss: Omit<ColorVaeLossOptions, 'beta'>;
}

const PAPER = { gradientWeight: 1e-3, mahalanobisWeight: 0.1 } as const;

function variantsOf(components: PrincipalComponents): Readonly<Record<string, Variant>> {
  return {
    l1: { beta: 1, loss: { reconstruction: 'l1' } },
    squared: { beta: 0.1, loss: { reconstruction: 'squared' } },
    norm: { beta: 0.016, loss: { reconstruction: 'norm' } },
    paper: { beta: 0.1, loss: { reconstruction: 'squared', ...PAPER, components } },
    l1Mahalanobis: { beta: 1, loss: { reconstruction: 'l1', ...PAPER, components } },
  };
}

async function* colorFields({ training }: Split) {
  let left = FITTED;
  for await (const { greyLevel, colorField } of examples(training, true).batches(0, 0)) {
    greyLevel.dispose();
    yield colorField;
    left -= colorField.shape[0];
    if (left <= 0) return;
  }
}

async function componentsOf(split: Split): Promise<PrincipalComponents> {
  const { components, variances, mean } = await fitColorComponents(colorFields(split), { count: COMPONENTS });
  return {
    components: tf.tensor2d(components, [COMPONENTS, mean.length]),
    variances: tf.tensor1d(variances),
  };
}

/** Mean error of held-out colors that went through the code, over 128, and its divergence in nats. */
async function codeFigures(vae: ColorVae, { heldOut }: Split): Promise<string[]> {
  const task = colorVaeTask(vae, { beta: 1, loss: { reconstruction: 'l1' } });
  const [sums, size] = [{ error: 0, kl: 0, batches: 0 }, vae.config.imageSize];
  for await (const batch of examples(heldOut, false).batches(0, 0)) {
    const loss = tf.tidy(() => task.loss(batch, { seed: 0, step: 0, epoch: 0, training: false }));
    sums.error += (await loss['reconstruction']!.data())[0]! / (size * size * 2);
    sums.kl += (await loss['kl']!.data())[0]!;
    sums.batches++;
    tf.dispose([batch.greyLevel, batch.colorField, loss]);
  }
  return [(sums.error / sums.batches).toFixed(4), (sums.kl / sums.batches).toFixed(1)];
}

async function main([model, pictures, steps = '1000', ...chosen]: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const split = await splitAsModel(model!, pictures!);
  const variants = variantsOf(await componentsOf(split));
  const rows: string[][] = [];
  for (const name of chosen.length > 0 ? chosen : Object.keys(variants)) {
    const { beta, loss } = variants[name]!;
    const options = { seed: 0, steps: Number(steps), beta, colorVaeLoss: loss };
    const models = await trainColorizer({ source: split.training, ...options });
    const figures = await codeFigures(models.colorVae, split);
    for (const row of await measureModes(name, models, split)) rows.push([...row, ...figures]);
    console.error(`${name}: ${figures.join(', ')} nats`);
  }
  console.log(`${steps} steps of each network`);
  printTable([...COLUMNS, 'reconstructed', 'nats'], rows);
}

await main(process.argv.slice(2));
