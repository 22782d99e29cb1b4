/**
 * Winograd's algorithm on wasm beside the definition: convolutions of stride 1 and their gradients, layer by layer, in milliseconds
 * of processor time (medians), and a whole training step with it on and off in turn.
 *
 *     npx tsx bench/winograd.ts               the layers of compact, batch 16
 *     npx tsx bench/winograd.ts compact 8     steps of the color VAE of a preset, batch 8
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ModelPreset } from 'polyhue';
import { startBackend } from 'polyhue/node';

import { WINOGRAD_FLAG } from '../src/backends/wasm/simd/winograd.js';
import { medianMs, medianOf, printTable, type Times, timesOf } from './measure.js';
import { colorVaeSteps } from './steps.js';

/** `[size, inChannels, outChannels]`. */
const LAYERS = [
  [4, 64, 256],
  [4, 256, 256],
  [4, 256, 128],
  [8, 128, 128],
  [8, 128, 64],
  [16, 64, 64],
  [16, 64, 32],
  [32, 32, 32],
  [64, 32, 32],
  [64, 16, 16],
] as const;

async function layerRow([size, inChannels, outChannels]: (typeof LAYERS)[number]): Promise<string[]> {
  const batch = 16;
  const x = tf.randomUniform<tf.Rank.R4>([batch, size, size, inChannels], -1, 1, 'float32', 1);
  const filterShape: [number, number, number, number] = [3, 3, inChannels, outChannels];
  const filter = tf.randomUniform<tf.Rank.R4>(filterShape, -1, 1, 'float32', 2);
  const dy = tf.conv2d(x, filter, 1, 'same');
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined };
  const run = (name: string, inputs: tf.NamedTensorMap, more: object) => (): void =>
    tf.dispose(tf.engine().runKernel(name, inputs, { ...attrs, ...more } as unknown as tf.NamedAttrMap));
  const runs = [
    () => tf.dispose(tf.conv2d(x, filter, 1, 'same')),
    run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape }),
    run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape }),
  ];
  const cells: string[] = [];
  for (const once of runs) {
    tf.env().set(WINOGRAD_FLAG, false);
    const before = await medianMs(once, 150);
    tf.env().set(WINOGRAD_FLAG, true);
    const after = await medianMs(once, 150);
    cells.push(before.toFixed(2), after.toFixed(2), (before / after).toFixed(2));
  }
  tf.dispose([x, filter, dy]);
  return [`${size} x ${size}, ${inChannels} -> ${outChannels}`, ...cells];
}

async function compareSteps(preset: ModelPreset, batch: number): Promise<void> {
  const { step, stop } = await colorVaeSteps({ preset, batch });
  const [off, on]: [Times[], Times[]] = [[], []];
  const run = async (isOn: boolean): Promise<Times> => {
    tf.env().set(WINOGRAD_FLAG, isOn);
    return timesOf(step);
  };
  for (let round = 0; round < 16; round++) {
    off.push(await run(false));
    on.push(await run(true));
  }
  // The first steps compile.
  const [before, after] = [off, on].map((times) => medianOf(times.slice(2)).processorMs) as [number, number];
  const cells = [before.toFixed(0), after.toFixed(0), (before / after).toFixed(2)];
  printTable([`${preset}, batch ${batch}`, 'Winograd off', 'on', 'ratio'], [['ms a step', ...cells]]);
  await stop();
}

async function main([preset, batch = '16']: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  if (preset !== undefined) return compareSteps(preset as ModelPreset, Number(batch));
  const rows: string[][] = [];
  for (const layer of LAYERS) rows.push(await layerRow(layer));
  const headings = ['forward', 'filter', 'input'].flatMap((name) => [name, 'Winograd', 'ratio']);
  printTable(['layer', ...headings], rows);
}

await main(process.argv.slice(2));
