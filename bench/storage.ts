/**
 * What storing weights in fewer bits changes: bytes, and how far the five likeliest results of the sample photos move from those
 * of float32, as the mean CIEDE2000 difference over pixels.
 *
 *     npx tsx bench/storage.ts MODEL      a folder that `polyhue train` made
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  colorizer,
  type ColorizerModels,
  loadColorizerModels,
  memoryStore,
  type RasterImage,
  rasterToTensor,
  rgbToLab,
  saveColorizerModels,
  shrinkImage,
} from 'polyhue';
import { meanCiede2000 } from 'polyhue/metrics';
import { folderSource, folderStore, startBackend } from 'polyhue/node';

import { printTable } from './measure.js';

const STORAGES = ['float32', 'float16', 'uint8'] as const;
/** Photos are shrunk by whole numbers to no less than this. */
const SIDE = 128;
const COUNT = 5;

async function labOf(image: RasterImage): Promise<Float32Array> {
  const lab = tf.tidy(() => rgbToLab(rasterToTensor(image)));
  const values = await lab.data<'float32'>();
  lab.dispose();
  return values.slice();
}

/** Lab of all results of all photos, by a model that was stored and loaded. */
async function paint(models: ColorizerModels, storage: (typeof STORAGES)[number]) {
  const store = memoryStore();
  await saveColorizerModels(store, models, { storage });
  const painter = colorizer(await loadColorizerModels(store));
  const source = await folderSource('examples/photos');
  const results: Float32Array[] = [];
  for (let i = 0; i < source.length; i++) {
    const photo = shrinkImage(await source.read(i), SIDE);
    for (const result of await painter.colorize(photo, { count: COUNT }))
      results.push(await labOf(await result.toRaster()));
  }
  painter.dispose();
  return { results, bytes: [...store.files().values()].reduce((sum, { length }) => sum + length, 0) };
}

async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw new Error('Give the folder of a trained model');
  await startBackend('wasm');
  const models = await loadColorizerModels(folderStore(folder));
  const exact = await paint(models, 'float32');
  const rows: string[][] = [];
  for (const storage of STORAGES) {
    const { results, bytes } = await paint(models, storage);
    const differences = results.map((lab, i) => meanCiede2000(lab, exact.results[i]!));
    const mean = differences.reduce((sum, x) => sum + x, 0) / differences.length;
    rows.push([storage, String(bytes), mean.toFixed(3), Math.max(...differences).toFixed(3)]);
  }
  printTable(['storage', 'bytes', 'mean CIEDE2000', 'most'], rows);
}

await main(process.argv[2]);
