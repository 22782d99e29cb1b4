/**
 * Trains a tiny colorizer on parts of 18 photos, then colors one of them whole and parts of all that it has never seen,
 * five ways each.
 *
 * Run: npm run demo:train      about two minutes on two cores (STEPS=4: seconds, poor colors); results in out/train
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Presets, SingleBar } from 'cli-progress';
import {
  cachedSource,
  colorizer,
  type Colorizer,
  contactSheet,
  encodePng,
  memorySource,
  type RasterImage,
  saveColorizerModels,
  toGrey,
  trainColorizer,
} from 'polyhue';
import { folderSource, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';

const PHOTOS = 'examples/photos';
const OUT = 'out/train';
const STEPS = Number(process.env['STEPS'] ?? 600);
const COUNT = 5;
const SEED = 0;
/** Share of a photo, along its longer side, that is trained on; the rest is held out. */
const TRAINED_SHARE = 0.7;
/** The photo that is colored whole, at its own size. */
const WHOLE_PHOTO = 'dahlia.jpg';

/** A rectangle of a picture. */
function cut(image: RasterImage, left: number, top: number, [width, height]: [number, number]): RasterImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** The part of a photo to learn from and, beside it, a part to try. */
export function splitPhoto(image: RasterImage): { learn: RasterImage; held: RasterImage } {
  const { width, height } = image;
  const wide = width >= height;
  const at = Math.round((wide ? width : height) * TRAINED_SHARE);
  const learn = wide ? cut(image, 0, 0, [at, height]) : cut(image, 0, 0, [width, at]);
  const side = Math.min((wide ? width : height) - at, wide ? height : width);
  const held = wide
    ? cut(image, at, height - side, [side, side])
    : cut(image, width - side, at, [side, side]);
  return { learn, held };
}

async function train(pictures: RasterImage[]) {
  return trainColorizer({
    source: cachedSource(memorySource(pictures), { shortestSide: 128 }),
    preset: 'tiny',
    seed: SEED,
    steps: STEPS,
    learningRate: 2e-3,
    beta: 1,
    callbacks: (stage) => {
      const format = `${stage.padEnd(21)} {bar} {value}/{total}  loss {loss}`;
      const bar = new SingleBar({ format }, Presets.shades_classic);
      return [
        {
          onTrainBegin: () => bar.start(STEPS, 0, { loss: '' }),
          onProgress: ({ step, losses }) => bar.update(step, { loss: losses['total']!.toFixed(0) }),
          onTrainEnd: () => bar.stop(),
        },
      ];
    },
  });
}

/** A row of the contact sheet: grey, the results with their weights, the truth. */
async function sheetRow(painter: Colorizer, photo: RasterImage) {
  const grey = await toGrey(photo);
  const results = await painter.colorize(grey, { count: COUNT });
  const tiles = results.map(async (result) => ({ image: await result.toRaster(), weight: result.weight }));
  return [{ image: grey }, ...(await Promise.all(tiles)), { image: photo }];
}

/** Colors a photo at its own size and writes each result as a file. */
async function colorWholePhoto(painter: Colorizer, photo: RasterImage): Promise<void> {
  const grey = await toGrey(photo);
  await writeFileAtomic(join(OUT, 'whole.grey.png'), await encodePng(grey));
  for (const [i, result] of (await painter.colorize(grey, { count: COUNT })).entries()) {
    await writeFileAtomic(join(OUT, `whole.${i + 1}.png`), await result.toPng());
  }
}

async function main(): Promise<void> {
  await startBackend('wasm');
  const source = await folderSource(PHOTOS);
  const photos = await Promise.all(Array.from({ length: source.length }, async (_, i) => source.read(i)));
  const parts = photos.map(splitPhoto);
  console.log(`Training on parts of ${photos.length} photos, ${STEPS} steps for each of two networks`);
  const models = await train(parts.map(({ learn }) => learn));

  await mkdir(OUT, { recursive: true });
  await saveColorizerModels(folderStore(join(OUT, 'model')), models);
  const painter = colorizer(models);
  const whole = photos[Array.from(photos, (_, i) => source.name(i)).indexOf(WHOLE_PHOTO)]!;
  const rows = [await sheetRow(painter, whole)];
  for (const { held } of parts) rows.push(await sheetRow(painter, held));
  const sheet = await contactSheet(rows, { tileSize: 96 });
  await writeFileAtomic(join(OUT, 'sheet.png'), await encodePng(sheet));
  await colorWholePhoto(painter, whole);
  painter.dispose();
  console.log(`A whole photo and held-out parts: ${join(OUT, 'sheet.png')} (grey, ${COUNT} results, truth)`);
  console.log(`The whole photo at its own size:  ${join(OUT, 'whole.1.png')} to whole.${COUNT}.png`);
}

if (process.argv[1]?.endsWith('train.ts') === true) await main();
