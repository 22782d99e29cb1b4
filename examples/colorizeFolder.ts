/**
 * Colors every photo of a folder and lays grey photos and results side by side on one sheet. A photo that cannot be read is
 * reported, and the others go on. For whole albums there is `polyhue colorize`, which also resumes and shares the work.
 *
 * Run: npx tsx examples/colorizeFolder.ts FOLDER MODEL OUT   about a second a photo
 */
import { mkdir } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { contactSheet, type ContactSheetTile, encodePng, ImageError, loadColorizer, toGrey } from 'polyhue';
import { encodeImage, folderStore, openImages, startBackend, writeFileAtomic } from 'polyhue/node';

const [folder = 'examples/photos', model = 'checkpoints/compact', out = 'out/folder'] = process.argv.slice(2);
const COUNT = 3;

await startBackend('auto', { task: 'inference' });
const colorizer = await loadColorizer(folderStore(model));
const photos = await openImages(folder);
await mkdir(out, { recursive: true });

/** Writes the results of one photo; returns its row of the sheet. */
async function colorPhoto(index: number): Promise<ContactSheetTile[]> {
  const photo = await photos.read(index);
  const row: ContactSheetTile[] = [{ image: await toGrey(photo) }];
  for (const [i, result] of (await colorizer.colorize(photo, { count: COUNT })).entries()) {
    const image = await result.toRaster();
    // The number of the photo keeps two of one name, in different folders, apart.
    const path = join(out, `${index + 1}-${parse(photos.name(index)).name}.${i + 1}.jpg`);
    await writeFileAtomic(path, await encodeImage(image, { format: 'jpeg', quality: 92 }));
    row.push({ image, weight: result.weight });
  }
  return row;
}

/** Undefined for a file that is no picture, which is reported. */
async function colorIfReadable(index: number): Promise<ContactSheetTile[] | undefined> {
  try {
    return await colorPhoto(index);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return undefined;
  }
}

const rows: ContactSheetTile[][] = [];
for (let index = 0; index < photos.length; index++) {
  const row = await colorIfReadable(index);
  if (row !== undefined) rows.push(row);
  console.log(`${index + 1}/${photos.length} ${photos.name(index)}`);
}
if (rows.length > 0) {
  const sheet = await contactSheet(rows, { tileSize: 160 });
  await writeFileAtomic(join(out, 'sheet.png'), await encodePng(sheet));
}
colorizer.dispose();
