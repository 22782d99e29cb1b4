/**
 * Asks for a color at two places of a photo and still gets several answers; says how near each comes.
 *
 * Run: npx tsx examples/hints.ts PHOTO MODEL OUT             seconds
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type ColorHint, contactSheet, encodePng, loadColorizer, toGrey } from 'polyhue';
import { decodeImage, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';

const [photoPath = 'examples/photos/coffee.jpg', model = 'checkpoints/compact', out = 'out/hints'] =
  process.argv.slice(2);
const COUNT = 4;

await startBackend('auto');
const colorizer = await loadColorizer(folderStore(model));
const photo = await decodeImage(photoPath);
/** Pixels of the photo, counted from the top left; the lightness there stays that of the photo. */
const hints: ColorHint[] = [
  { x: Math.floor(photo.width / 2), y: Math.floor(photo.height / 3), rgb: [139, 47, 57] },
  { x: Math.floor(photo.width / 8), y: Math.floor(photo.height / 8), rgb: [90, 130, 180] },
];
const results = await colorizer.colorize(photo, { count: COUNT, hints, seed: 0 });
for (const [i, { wishErrors, weight }] of results.entries()) {
  const differences = wishErrors.hints.map((difference) => difference.toFixed(1)).join(' and ');
  console.log(
    `Result ${i + 1}, weight ${weight!.toFixed(2)}: CIEDE2000 ${differences} from what was asked for`,
  );
}

// The same code and the same wishes give the same colors again, so a choice can be kept as a few numbers.
const kept = { latent: Array.from(results[0]!.latent), hints };
const [again] = await colorizer.decode(photo, [Float32Array.from(kept.latent)], { hints: kept.hints });

const tiles = results.map(async (result) => ({ image: await result.toRaster(), weight: result.weight }));
const row = [{ image: await toGrey(photo) }, ...(await Promise.all(tiles))];
await mkdir(out, { recursive: true });
await writeFileAtomic(join(out, 'sheet.png'), await encodePng(await contactSheet([row], { tileSize: 240 })));
await writeFileAtomic(join(out, 'first.png'), await again!.toPng());
colorizer.dispose();
console.log(`Grey photo and results: ${join(out, 'sheet.png')}`);
