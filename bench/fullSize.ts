/**
 * How true the colors of full-size pictures are: the colors of each photo, shrunk to 64 x 64, are brought back to its size in
 * each way and compared with the photo. Prints a table; with a folder, writes crops at 1:1 (photo, bilinear, edges).
 *
 *     npx tsx bench/fullSize.ts [FOLDER]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import {
  encodePng,
  labToNetwork,
  paintPhoto,
  type RasterImage,
  rasterToTensor,
  resizeImage,
  rgbToLab,
  type TensorData,
} from 'polyhue';
import { ciede2000 } from 'polyhue/metrics';
import { folderSource, startBackend, writeFileAtomic } from 'polyhue/node';

import { printTable } from './measure.js';

const PHOTOS = 'examples/photos';
const SIDE = 64;
const UPSAMPLINGS = ['bilinear', 'edges'] as const;
/** Share of the pixels that count as edges of color: those where it changes most from one to the next. */
const EDGE_SHARE = 0.05;
const CROP = 160;

async function labOf(photo: RasterImage): Promise<Float32Array> {
  const lab = tf.tidy(() => rgbToLab(rasterToTensor(photo)));
  const values = await lab.data<'float32'>();
  lab.dispose();
  return values;
}

/** The colors of a photo, as a perfect decoder would paint them. */
async function trueField(photo: RasterImage): Promise<TensorData> {
  const field = tf.tidy(() => {
    const rgb = tf.expandDims<tf.Tensor4D>(rasterToTensor(photo), 0);
    return labToNetwork(rgbToLab(resizeImage(rgb, { height: SIDE, width: SIDE }))).colorField;
  });
  const values = await field.data<'float32'>();
  field.dispose();
  return { shape: [SIDE, SIDE, 2], values };
}

/** How much ab changes from each pixel to the next. */
function colorSteps(lab: Float32Array): number[] {
  return Array.from({ length: lab.length / 3 - 1 }, (_, i) =>
    Math.hypot(lab[3 * i + 4]! - lab[3 * i + 1]!, lab[3 * i + 5]! - lab[3 * i + 2]!),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** CIEDE2000 over all pixels and over the edges of color, and mean |Δab|. */
function errors(lab: Float32Array, painted: Float32Array): number[] {
  const colorOf = (values: Float32Array, i: number) => values.subarray(3 * i, 3 * i + 3);
  const differences = Array.from({ length: lab.length / 3 }, (_, i) =>
    ciede2000(colorOf(lab, i), colorOf(painted, i)),
  );
  const steps = colorSteps(lab);
  const least = steps.toSorted((a, b) => b - a)[Math.floor(steps.length * EDGE_SHARE)]!;
  const onEdges = differences.filter((_, i) => i < steps.length && steps[i]! >= least);
  const ab = Array.from(lab, (value, i) => Math.abs(value - painted[i]!)).filter((_, i) => i % 3 > 0);
  return [mean(differences), mean(onEdges), mean(ab)];
}

/** Parts of pictures of one size side by side. */
function crops(pictures: readonly RasterImage[], left: number, top: number): RasterImage {
  const width = CROP * pictures.length;
  const data = new Uint8Array(width * CROP * 3);
  pictures.forEach((picture, i) => {
    for (let y = 0; y < CROP; y++) {
      const start = ((top + y) * picture.width + left) * 3;
      data.set(picture.data.subarray(start, start + CROP * 3), (y * width + i * CROP) * 3);
    }
  });
  return { width, height: CROP, data };
}

async function main(folder: string | undefined): Promise<void> {
  await startBackend('wasm');
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const source = await folderSource(PHOTOS);
  const rows: [string, number[]][] = [];
  for (let i = 0; i < source.length; i++) {
    const photo = await source.read(i);
    const [lab, field] = [await labOf(photo), await trueField(photo)];
    const painted = [];
    for (const upsampling of UPSAMPLINGS) painted.push(await paintPhoto(photo, field, { upsampling }));
    const figures = [];
    for (const picture of painted) figures.push(...errors(lab, await labOf(picture)));
    rows.push([source.name(i), figures]);
    if (folder === undefined) continue;
    const [left, top] = [Math.floor((photo.width - CROP) / 2), Math.floor((photo.height - CROP) / 2)];
    await writeFileAtomic(
      join(folder, `${source.name(i)}.png`),
      await encodePng(crops([photo, ...painted], left, top)),
    );
  }
  rows.push(['mean', rows[0]![1].map((_, k) => mean(rows.map(([, figures]) => figures[k]!)))]);
  const headings = UPSAMPLINGS.flatMap((name) => ['all', 'edges', '|ab|'].map((what) => `${name}: ${what}`));
  printTable(
    ['photo', ...headings],
    rows.map(([name, figures]) => [name, ...figures.map((figure) => figure.toFixed(2))]),
  );
}

await main(process.argv[2]);
