/**
 * Colors the 18 sample photos, made grey first, five ways each with the model that comes with polyhue.
 *
 * Run: npm run demo            well under a minute; results at full size and a sheet of all in out/demo
 *      npm run demo -- DIR     with a model of your own
 */
import { mkdir } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { Presets, SingleBar } from 'cli-progress';
import {
  type Colorizer,
  contactSheet,
  type ContactSheetTile,
  encodePng,
  loadColorizer,
  type RasterImage,
  toGrey,
} from 'polyhue';
import { defaultCheckpoint } from 'polyhue/model';
import { encodeImage, folderSource, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';

const PHOTOS = 'examples/photos';
const OUT = 'out/demo';
const COUNT = 5;
const TILE_SIZE = 128;

/** Colors one photo, writes each result at its own size, and returns its row of the sheet: grey, results, truth. */
async function colorPhoto(colorizer: Colorizer, photo: RasterImage, name: string) {
  const grey = await toGrey(photo);
  const row: ContactSheetTile[] = [{ image: grey }];
  for (const [i, result] of (await colorizer.colorize(grey, { count: COUNT })).entries()) {
    const image = await result.toRaster();
    await writeFileAtomic(join(OUT, `${name}.${i + 1}.jpg`), await encodeImage(image, { format: 'jpeg' }));
    row.push({ image, weight: result.weight });
  }
  return [...row, { image: photo }];
}

async function main(folder?: string): Promise<void> {
  await startBackend('auto');
  const colorizer = await loadColorizer(folder === undefined ? defaultCheckpoint() : folderStore(folder));
  const photos = await folderSource(PHOTOS);
  await mkdir(OUT, { recursive: true });
  const rows: ContactSheetTile[][] = [];
  const bar = new SingleBar({ format: 'Coloring {bar} {value}/{total}' }, Presets.shades_classic);
  bar.start(photos.length, 0);
  for (let i = 0; i < photos.length; i++) {
    rows.push(await colorPhoto(colorizer, await photos.read(i), parse(photos.name(i)).name));
    bar.update(i + 1);
  }
  bar.stop();
  const sheet = await contactSheet(rows, { tileSize: TILE_SIZE });
  await writeFileAtomic(join(OUT, 'sheet.png'), await encodePng(sheet));
  colorizer.dispose();
  console.log(
    `All photos on one sheet:  ${join(OUT, 'sheet.png')} (grey, results with their weights, truth)`,
  );
  console.log(`Results at full size:     ${join(OUT, 'NAME.1.jpg')} to ${join(OUT, `NAME.${COUNT}.jpg`)}`);
}

await main(process.argv[2]);
