/**
 * Gradients of convolutions on WebGPU: the kernels of TensorFlow.js against the same composed of forward convolutions, as on
 * wasm; stride 1, padding same, medians of wall time with the result read back.
 *
 *     npx tsx bench/webgpuGradients.ts      on a machine without a GPU set VK_ICD_FILENAMES, see docs/backends.md
 */
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from 'polyhue/node';

import { printTable } from './measure.js';

const LAYERS = [
  { size: 32, channels: 64 },
  { size: 16, channels: 128 },
  { size: 8, channels: 256 },
] as const;
const [BATCH, KERNEL, ROUNDS] = [2, 3, 3];

async function wallMs(run: () => tf.Tensor): Promise<number> {
  const start = performance.now();
  const last = tf.tidy(() => tf.sum(run()));
  await last.data();
  last.dispose();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Medians of all runs, taken in turns after one that does not count. */
async function race(runs: readonly (() => tf.Tensor)[]): Promise<number[]> {
  const times = runs.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, run] of runs.entries()) times[i]!.push(await wallMs(run));
  }
  return times.map(([, ...counted]) => median(counted));
}

function runsOf({ size, channels }: (typeof LAYERS)[number]): (() => tf.Tensor)[] {
  const x = tf.randomUniform<tf.Rank.R4>([BATCH, size, size, channels], -1, 1, 'float32', 1);
  const filter = tf.randomUniform<tf.Rank.R4>([KERNEL, KERNEL, channels, channels], -1, 1, 'float32', 2);
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined };
  const stock = (name: string, inputs: tf.NamedTensorMap, more: object): tf.Tensor =>
    tf.engine().runKernel(name, inputs, { ...attrs, ...more } as unknown as tf.NamedAttrMap);
  const side = (KERNEL - 1) / 2;
  const composedFilter = (): tf.Tensor => {
    const padded = tf.pad(x, [[0, 0], [side, side], [side, side], [0, 0]]); // prettier-ignore
    const images = tf.transpose<tf.Tensor4D>(padded, [3, 1, 2, 0]);
    return tf.transpose(
      tf.conv2d(images, tf.transpose<tf.Tensor4D>(x, [1, 2, 0, 3]), 1, 'valid'),
      [1, 2, 0, 3],
    );
  };
  const composedInput = (): tf.Tensor =>
    tf.conv2d(x, tf.transpose<tf.Tensor4D>(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, 'same');
  return [
    () => tf.conv2d(x, filter, 1, 'same'),
    () => stock(tf.Conv2DBackpropFilter, { x, dy: x }, { filterShape: filter.shape }),
    composedFilter,
    () => stock(tf.Conv2DBackpropInput, { dy: x, filter }, { inputShape: x.shape }),
    composedInput,
  ];
}

const { adapter } = await startBackend('webgpu');
console.log(`${adapter?.name}, batch ${BATCH}, kernel ${KERNEL}x${KERNEL}, ms`);
const rows: string[][] = [];
for (const layer of LAYERS) {
  const times = await race(runsOf(layer));
  rows.push([`${layer.size}`, `${layer.channels}`, ...times.map((ms) => ms.toFixed(1))]);
}
printTable(['size', 'channels', 'forward', 'filter: stock', 'composed', 'input: stock', 'composed'], rows);
