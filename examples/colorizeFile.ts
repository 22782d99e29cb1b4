/**
 * Colors one photo five ways and writes each result at the photo's own size.
 *
 * Run: npx tsx examples/colorizeFile.ts PHOTO MODEL OUT      seconds; see examples/README.md for the defaults
 */
import { mkdir } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { loadColorizer } from 'polyhue';
import { decodeImage, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';

const [photoPath = 'examples/photos/coffee.jpg', model = 'checkpoints/compact', out = 'out/file'] =
  process.argv.slice(2);
const COUNT = 5;

await startBackend('auto', { task: 'inference' });
const colorizer = await loadColorizer(folderStore(model));
const photo = await decodeImage(photoPath);
await mkdir(out, { recursive: true });
for (const [i, result] of (await colorizer.colorize(photo, { count: COUNT })).entries()) {
  const path = join(out, `${parse(photoPath).name}.${i + 1}.png`);
  await writeFileAtomic(path, await result.toPng());
  console.log(`${path}: weight ${result.weight!.toFixed(2)}`);
}
colorizer.dispose();
