/**
 * Mixture density networks of other losses and shapes on the codes of one trained color VAE, each measured on what the model
 * holds out.
 *
 * Run: npx tsx bench/mixtures.ts MODEL PICTURES.tar [EPOCHS] [VARIANT...]
 */
import { basename } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import {
  colorMixtureTask,
  type ColorVae,
  loadColorizerModels,
  MIXTURE_PRESETS,
  type MixtureDensityLossOptions,
  mixtureDensityNetwork,
  type MixtureDensityNetworkConfig,
  train,
} from 'polyhue';
import { folderStore, startBackend } from 'polyhue/node';

import { COLUMNS, examples, measureModes, type Split, splitAsModel, stageOptions } from './heldOut.js';
import { printTable } from './measure.js';

interface Variant {
  readonly loss?: MixtureDensityLossOptions;
  readonly config?: Partial<MixtureDensityNetworkConfig>;
}

const EXACT = { form: 'exact' } as const;
const VARIANTS: Readonly<Record<string, Variant>> = {
  posterior: {},
  exact: { loss: EXACT },
  exactIsotropic: {
    loss: EXACT,
    config: { deviations: { kind: 'learned', form: 'isotropic', least: 0.02, most: 3 } },
  },
  exactFixed: { loss: EXACT, config: { deviations: { kind: 'fixed', stdDev: 0.1 } } },
  nearest: { loss: { form: 'nearest' }, config: { deviations: { kind: 'fixed', stdDev: 0.1 } } },
  nearestTensorflow: {
    loss: { form: 'nearest', coefficient: 'tensorflow' },
    config: { deviations: { kind: 'fixed', stdDev: 0.1 } },
  },
  components8: { config: { components: 8 } },
  components8NoAnchor: { loss: { form: 'posterior', anchor: 0 }, config: { components: 8 } },
  noAnchor: { loss: { form: 'posterior', anchor: 0 } },
  spread1: { loss: { form: 'posterior', spread: 1 } },
  spread6: { loss: { form: 'posterior', spread: 6 } },
  noRelaxation: { loss: { form: 'posterior', relaxation: 0 } },
  dropout0: { config: { dropoutRate: 0 } },
};
async function trainVariant(
  vae: ColorVae,
  { loss = { form: 'posterior' }, config }: Variant,
  split: Split,
  epochs: number,
) {
  const network = mixtureDensityNetwork({ config: { ...MIXTURE_PRESETS.compact, ...config }, seed: 1 });
  const data = examples(split.training, true);
  await train(colorMixtureTask(network, vae, { loss }), data, stageOptions(split, data, epochs));
  return network;
}

async function main([model, pictures, epochs = '4', ...chosen]: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const { colorVae } = await loadColorizerModels(folderStore(model!));
  const split = await splitAsModel(model!, pictures!);
  const rows: string[][] = [];
  for (const name of chosen.length > 0 ? chosen : Object.keys(VARIANTS)) {
    const network = await trainVariant(colorVae, VARIANTS[name]!, split, Number(epochs));
    rows.push(...(await measureModes(name, { colorVae, mixtureDensityNetwork: network }, split)));
    network.dispose();
  }
  console.log(`${basename(model!)}, ${epochs} epochs`);
  printTable(COLUMNS, rows);
}

await main(process.argv.slice(2));
