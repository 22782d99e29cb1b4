/**
 * How near results come to hints that can be reached: `npx tsx bench/steering.ts MODEL [PHOTOS]`. Colors of another sample, true
 * colors and three colors of another sample, at random pixels of the sample photos.
 */
import { readdir } from 'node:fs/promises';

import type { RasterImage } from '../src/data/image.js';
import { type Colorizer, loadColorizer } from '../src/inference/colorizer.js';
import type { ColorHint } from '../src/inference/steering/wishes.js';
import { decodeImage } from '../src/node/decodeImage.js';
import { folderStore } from '../src/node/folderStore.js';
import { startBackend } from '../src/node/startBackend.js';
import { deriveSeed, randomGenerator } from '../src/random.js';

const FOLDER = new URL('../examples/photos/', import.meta.url).pathname;
const [WITHIN, COUNT] = [6, 3];
const KINDS = { 'another sample': 1, 'the true color': 1, 'three of another sample': 3 } as const;
type Kind = keyof typeof KINDS;

/** Hints for the colors of a picture at random pixels. */
function hintsOf({ width, height, data }: RasterImage, count: number, seed: number): ColorHint[] {
  const { integer } = randomGenerator(seed);
  return Array.from({ length: count }, () => {
    const [x, y] = [integer(width), integer(height)];
    const at = (y * width + x) * 3;
    return { x, y, rgb: [data[at]!, data[at + 1]!, data[at + 2]!] };
  });
}

/** CIEDE2000 at each hint of each result. */
async function measure({ colorize }: Colorizer, photo: RasterImage, kind: Kind, seed: number) {
  const [sample] = await colorize(photo, { mode: 'samples', count: 1, seed });
  const source = kind === 'the true color' ? photo : await sample!.toRaster();
  const hints = hintsOf(source, KINDS[kind], seed);
  const results = await colorize(photo, { count: COUNT, hints });
  return results.flatMap(({ wishErrors }) => wishErrors.hints);
}

function row(kind: Kind, errors: readonly number[]): string {
  const sorted = errors.toSorted((one, other) => one - other);
  const quantile = (share: number): string => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(2);
  const within = sorted.filter((error) => error <= WITHIN).length / sorted.length;
  return `${kind}: median ${quantile(0.5)}, 90 % ${quantile(0.9)}, within ${WITHIN} ${(100 * within).toFixed(0)} %`;
}

async function main(model: string, photos: number): Promise<void> {
  await startBackend('wasm');
  const colorizer = await loadColorizer(folderStore(model));
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.jpg')).slice(0, photos);
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const errors = [];
    for (const [i, name] of names.entries())
      errors.push(...(await measure(colorizer, await decodeImage(FOLDER + name), kind, deriveSeed(0, i))));
    console.log(row(kind, errors));
  }
  colorizer.dispose();
}

await main(process.argv[2]!, Number(process.argv[3] ?? 18));
