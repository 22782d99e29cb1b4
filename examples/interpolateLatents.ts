/**
 * Walks from one coloring of a photo to another: codes in between give colors in between, so that a person can choose with a
 * slider. Writes the steps side by side on one sheet.
 *
 * Run: npx tsx examples/interpolateLatents.ts PHOTO MODEL OUT    seconds
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { contactSheet, encodePng, interpolateLatents, loadColorizer } from 'polyhue';
import { decodeImage, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';

const [photoPath = 'examples/photos/coffee.jpg', model = 'checkpoints/compact', out = 'out/interpolation'] =
  process.argv.slice(2);
const STEPS = 7;

await startBackend('auto', { task: 'inference' });
const colorizer = await loadColorizer(folderStore(model));
const photo = await decodeImage(photoPath);
// The two that differ most among all modes and many draws.
const ends = await colorizer.colorize(photo, { count: 2, mode: 'distinct', leastDifference: 0, seed: 0 });
const codes = interpolateLatents(ends[0]!.latent, ends[1]!.latent, STEPS);
const results = await colorizer.decode(photo, codes);
const row = await Promise.all(results.map(async (result) => ({ image: await result.toRaster() })));
await mkdir(out, { recursive: true });
await writeFileAtomic(join(out, 'sheet.png'), await encodePng(await contactSheet([row], { tileSize: 240 })));
colorizer.dispose();
console.log(`${STEPS} steps from one coloring to the other: ${join(out, 'sheet.png')}`);
