/**
 * Mahalanobis distances of two fixed color fields for principal components that the method's authors published, to compare with
 * `/usr/bin/python3 tools/golden/color_planes.py FOLDER`.
 *
 * Run: npx tsx bench/paperComponents.ts FOLDER     with `components.mat.npy` and `exp_variance.mat.npy`
 */
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { mahalanobis } from 'polyhue';
import { importColorComponents, openArrays, readArrays, type TensorData } from 'polyhue/interchange';
import { fileBytes, startBackend } from 'polyhue/node';

async function arrayOf(path: string): Promise<TensorData> {
  const source = await fileBytes(path);
  try {
    const [array] = (await readArrays(await openArrays(source))).values();
    return array!;
  } finally {
    await source.close();
  }
}

async function main([folder]: string[]): Promise<void> {
  await startBackend('wasm');
  const [rows, spread] = [
    arrayOf(join(folder!, 'components.mat.npy')),
    arrayOf(join(folder!, 'exp_variance.mat.npy')),
  ];
  const { components, variances, shape } = importColorComponents({
    components: await rows,
    variances: await spread,
  });
  const [height, width] = shape;
  const pixels = height * width;
  const wave = (value: (i: number) => number) =>
    Array.from({ length: 2 * pixels }, (_, i) => value((i % 2) * pixels + (i >> 1)));
  const fields = [...wave((i) => Math.sin(i) / 4), ...wave((i) => Math.cos(i) / 8)];
  const target = tf.tensor4d(fields, [2, height, width, 2]);
  const principal = {
    components: tf.tensor2d(components, [variances.length, 2 * pixels]),
    variances: tf.tensor1d(variances),
  };
  console.log(Array.from(await mahalanobis(target, tf.zerosLike(target), principal).data()));
}

await main(process.argv.slice(2));
