/**
 * Training steps of the color VAEs: loss, gradients, Adam and averaging, on random pictures.
 *
 *     npx tsx bench/trainingStep.ts                        compact on wasm, batch 8
 *     npx tsx bench/trainingStep.ts reference cpu 2        preset, backend, batch size
 *     npx tsx bench/trainingStep.ts compact wasm 8 kernels     and where the time goes, kernel by kernel
 */
import '@tensorflow/tfjs-backend-cpu';

import * as tf from '@tensorflow/tfjs-core';
import type { ModelPreset } from 'polyhue';
import { type NodeBackend, startBackend } from 'polyhue/node';

import { medianMs } from './measure.js';
import { colorVaeSteps } from './steps.js';
import { printKernelTimes } from './timeKernels.js';

async function main([preset = 'compact', backend = 'wasm', batch = '8', kernels]: string[]): Promise<void> {
  await startBackend(backend as NodeBackend);
  tf.enableProdMode();
  const batchSize = Number(batch);
  const { step, stop } = await colorVaeSteps({ preset: preset as ModelPreset, batch: batchSize });
  const ms = await medianMs(step, 3000);
  console.log(
    `${preset} on ${backend}, batch ${batchSize}: ${ms.toFixed(0)} ms a step, ${(ms / batchSize).toFixed(1)} ms an example`,
  );
  if (kernels !== undefined) await printKernelTimes(step);
  await stop();
}

await main(process.argv.slice(2));
