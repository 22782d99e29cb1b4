/**
 * The speeds that matter to users, as medians of processor time: npm run bench (about four minutes).
 *
 *     npm run bench -- --slow     also the reference network on the cpu backend, about forty minutes more
 */
import '@tensorflow/tfjs-backend-cpu';

import * as tf from '@tensorflow/tfjs-core';
import type { ModelPreset } from 'polyhue';
import { type NodeBackend, startBackend } from 'polyhue/node';

import { colorizeTimes } from './colorize.js';
import { labTimes } from './lab.js';
import { printTable } from './measure.js';
import { trainingStepMs } from './trainingStep.js';

const SLOW = process.argv.includes('--slow');

/** The cpu backend is measured at one example a step: it takes minutes for more, and its time is that many times as long. */
const STEPS: readonly (readonly [ModelPreset, NodeBackend, number])[] = [
  ['tiny', 'wasm', 8],
  ['compact', 'wasm', 8],
  ['reference', 'wasm', 8],
  ['compact', 'cpu', 1],
  ...(SLOW ? ([['reference', 'cpu', 1]] as const) : []),
];

const format = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));

async function printLab(): Promise<void> {
  const columns: Map<string, number>[] = [];
  for (const backend of ['wasm', 'cpu'] as const) {
    await startBackend(backend);
    columns.push(await labTimes());
  }
  const [wasm, cpu] = columns as [Map<string, number>, Map<string, number>];
  const rows = [...wasm].map(([name, ms]) => [name, format(ms), format(cpu.get(name)!)]);
  printTable(['one megapixel, ms', 'wasm', 'cpu'], rows);
}

async function printSteps(): Promise<void> {
  const perExample = new Map<string, number>();
  const rows: string[][] = [];
  for (const [preset, backend, batchSize] of STEPS) {
    await startBackend(backend);
    const ms = await trainingStepMs(preset, batchSize, backend === 'cpu' ? 1 : 3000);
    const each = ms / batchSize;
    perExample.set(`${preset} ${backend}`, each);
    const wasm = perExample.get(`${preset} wasm`)!;
    rows.push([preset, backend, String(batchSize), format(ms), format(each), (each / wasm).toFixed(1)]);
  }
  printTable(['training step', 'backend', 'batch', 'ms a step', 'ms an example', 'ratio to wasm'], rows);
}

async function printColorize(): Promise<void> {
  await startBackend('wasm');
  const rows = [...(await colorizeTimes())].map(([name, ms]) => [name, format(ms)]);
  printTable(['compact on wasm', 'ms'], rows);
}

tf.enableProdMode();
for (const print of [printLab, printColorize, printSteps]) {
  await print();
  console.log();
}
