/**
 * Makes the pictures of docs/concepts with the library itself:
 *
 *     npm run demo:train && npx tsx tools/conceptPictures.ts [MODEL]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import {
  centerCropTransform,
  COLOR_BIN_SIZE,
  COLOR_BINS,
  type Colorization,
  type Colorizer,
  contactSheet,
  type ContactSheetTile,
  deriveSeed,
  encodeColorField,
  IMAGENET_COLOR_PRIOR,
  labToNetwork,
  labToRgb,
  loadColorizer,
  type RasterImage,
  randomGenerator,
  rarityWeights,
  rasterToTensor,
  rgbToLab,
  tensorToRaster,
  toGrey,
} from 'polyhue';
import { decodeImage, encodeImage, folderStore, startBackend } from 'polyhue/node';

const [model = 'out/train/model'] = process.argv.slice(2);
const PHOTOS = ['dahlia', 'fig-in-red-bowl'];
const OUT = 'docs/concepts/images';
/** Lightness at which colors are shown where there is no photo. */
const SHOWN_LIGHTNESS = 65;

async function writeSheet(name: string, rows: ContactSheetTile[][]): Promise<void> {
  const sheet = await contactSheet(rows, { tileSize: 144 });
  await writeFile(join(OUT, `${name}.jpg`), await encodeImage(sheet, { format: 'jpeg', quality: 82 }));
}

/** sRGB in [0, 1] of Lab, as a picture. */
async function labPicture(lab: () => tf.Tensor3D): Promise<RasterImage> {
  const rgb = tf.tidy(() => tf.clipByValue(labToRgb(lab()), 0, 1));
  const picture = await tensorToRaster(rgb);
  rgb.dispose();
  return picture;
}

/** A photo, its lightness, a and b each on a middle grey, and both without the lightness. */
async function labRow(photo: RasterImage): Promise<ContactSheetTile[]> {
  const keep = (factors: readonly number[], lightness: number) =>
    labPicture(() => {
      const lab = rgbToLab(rasterToTensor(photo));
      return tf.add(tf.mul(lab, tf.tensor1d([...factors])), tf.tensor1d([lightness, 0, 0]));
    });
  const parts = [keep([1, 0, 0], 0), keep([0, 1, 0], 60), keep([0, 0, 1], 60), keep([0, 1, 1], 60)];
  return [{ image: photo }, ...(await Promise.all(parts)).map((image) => ({ image }))];
}

/** The mean code that the encoder gives the true colors. */
async function codeOf({ models: { colorVae: vae } }: Colorizer, photo: RasterImage): Promise<Float32Array> {
  const size = vae.config.imageSize;
  const crop = centerCropTransform({ size })(photo, { seed: 0, epoch: 0, index: 0 });
  const means = tf.tidy(() => {
    const { colorField } = labToNetwork(rgbToLab(tf.expandDims(crop, 0) as tf.Tensor4D));
    return encodeColorField(vae, colorField).means;
  });
  const code = await means.data<'float32'>();
  tf.dispose([crop, means]);
  return code;
}

const tilesOf = async (results: readonly Colorization[]): Promise<ContactSheetTile[]> =>
  Promise.all(results.map(async (result) => ({ image: await result.toRaster(), weight: result.weight })));

/** A photo, what its own code decodes to, and what codes of the standard normal distribution do. */
async function vaeRow(colorizer: Colorizer, photo: RasterImage): Promise<ContactSheetTile[]> {
  const own = await codeOf(colorizer, photo);
  const prior = [1, 2, 3].map((i) => {
    const { normal } = randomGenerator(deriveSeed(0, i));
    return own.map(() => normal());
  });
  const tiles = await tilesOf(await colorizer.decode(photo, [own, ...prior]));
  return [{ image: photo }, { image: await toGrey(photo) }, ...tiles];
}

async function mixtureRow(colorizer: Colorizer, photo: RasterImage): Promise<ContactSheetTile[]> {
  const results = await colorizer.colorize(photo, { count: 5 });
  return [{ image: await toGrey(photo) }, ...(await tilesOf(results))];
}

async function temperatureRow(
  colorizer: Colorizer,
  photo: RasterImage,
  temperature: number,
): Promise<ContactSheetTile[]> {
  const drawn = { count: 5, mode: 'samples', temperature, leastDifference: 0, seed: 3 } as const;
  const results = await colorizer.colorize(photo, drawn);
  const tiles = await tilesOf(results);
  return [{ image: await toGrey(photo) }, ...tiles.map(({ image }) => ({ image }))];
}

/** The color bins at one lightness, and beside them each as large as its rarity weight. */
async function rarityPlane(): Promise<string> {
  const colors = await labPicture(() => tf.tensor3d([COLOR_BINS.map(({ a, b }) => [SHOWN_LIGHTNESS, a, b])]));
  const weights = rarityWeights({ prior: IMAGENET_COLOR_PRIOR });
  const most = weights.reduce((a, b) => Math.max(a, b));
  const square = (i: number, left: number, side: number): string => {
    const { a, b } = COLOR_BINS[i]!;
    const fill = `rgb(${[0, 1, 2].map((channel) => colors.data[i * 3 + channel]).join(' ')})`;
    const [x, y] = [left + 120 + a - side / 2, 120 - b - side / 2].map((value) => value.toFixed(1));
    return `<rect x="${x}" y="${y}" width="${side.toFixed(1)}" height="${side.toFixed(1)}" fill="${fill}"/>`;
  };
  const bins = Array.from(COLOR_BINS, (_, i) => i);
  const plane = bins.map((i) => square(i, 0, COLOR_BIN_SIZE - 0.5));
  const sized = bins.map((i) => square(i, 250, COLOR_BIN_SIZE * Math.sqrt(weights[i]! / most)));
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 490 240" width="640">';
  return `${svg}<rect width="490" height="240" fill="#222"/>${[...plane, ...sized].join('\n')}</svg>\n`;
}

async function main(): Promise<void> {
  await startBackend('wasm');
  await mkdir(OUT, { recursive: true });
  const photos = await Promise.all(PHOTOS.map((name) => decodeImage(`examples/photos/${name}.jpg`)));
  const colorizer = await loadColorizer(folderStore(model));
  const rows = async (row: (photo: RasterImage) => Promise<ContactSheetTile[]>) =>
    Promise.all(photos.map(row));
  await writeSheet('lab', await rows(labRow));
  await writeSheet('color-vae', await rows((photo) => vaeRow(colorizer, photo)));
  await writeSheet('mixture', await rows((photo) => mixtureRow(colorizer, photo)));
  const temperatures = [0.3, 1, 2].map((temperature) => temperatureRow(colorizer, photos[1]!, temperature));
  await writeSheet('temperature', await Promise.all(temperatures));
  await writeFile(join(OUT, 'rarity.svg'), await rarityPlane());
  colorizer.dispose();
}

await main();
