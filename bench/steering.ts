/**
 * How near results come to hints that can be reached, at the very pixel of the painted photo: `npx tsx bench/steering.ts MODEL [PHOTOS]`.
 * Colors of another sample, true colors and three colors of another sample, at random pixels of the sample photos.
 */
import { readdir } from 'node:fs/promises';

import { ciede2000 } from '../src/ciede2000.js';
import type { RasterImage } from '../src/data/image.js';
import type { Colorization } from '../src/inference/colorization.js';
import { type Colorizer, loadColorizer } from '../src/inference/colorizer.js';
import { fieldLab } from '../src/inference/fieldDifference.js';
import type { ColorHint } from '../src/inference/steering/wishes.js';
import { meanCiede2000 } from '../src/metrics/meanCiede2000.js';
import { decodeImage } from '../src/node/decodeImage.js';
import { folderStore } from '../src/node/folderStore.js';
import { startBackend } from '../src/node/startBackend.js';
import { deriveSeed, randomGenerator } from '../src/random.js';
import { rgbToLab64 } from '../test/reference/lab.js';

const FOLDER = new URL('../examples/photos/', import.meta.url).pathname;
const [WITHIN, COUNT] = [6, 2];
const KINDS = { 'another sample': 1, 'the true color': 1, 'three of another sample': 3 } as const;
type Kind = keyof typeof KINDS;

/** CIEDE2000 at hints, of painted pixels and on the lightness of the photo before sRGB; and between the two results. */
interface Errors {
  readonly painted: number[];
  readonly wished: number[];
  readonly codesAlone: number[];
  readonly apart: number[];
}

const labAt = ({ data, width }: RasterImage, { x, y }: ColorHint) =>
  rgbToLab64(Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), (byte) => byte / 255));

/** Hints for the colors of a picture at random pixels. */
function hintsOf({ width, height, data }: RasterImage, count: number, seed: number): ColorHint[] {
  const { integer } = randomGenerator(seed);
  return Array.from({ length: count }, () => {
    const [x, y] = [integer(width), integer(height)];
    const at = (y * width + x) * 3;
    return { x, y, rgb: [data[at]!, data[at + 1]!, data[at + 2]!] };
  });
}

/** Differences of hue and chroma from the hints, on the lightness of the painted pixel. */
async function paintedErrors(results: readonly Colorization[], hints: readonly ColorHint[]) {
  const errors: number[] = [];
  for (const result of results) {
    const raster = await result.toRaster();
    for (const hint of hints) {
      const painted = labAt(raster, hint);
      const [, a, b] = rgbToLab64(hint.rgb.map((byte) => byte / 255));
      errors.push(ciede2000(painted, [painted[0], a, b]));
    }
  }
  return errors;
}

function leastDifference(results: readonly Colorization[]): number {
  const labs = results.map(({ colorField: { values } }) =>
    fieldLab(new Float32Array(values.length / 2).fill(60), values),
  );
  const pairs = labs.flatMap((one, i) => labs.slice(i + 1).map((other) => meanCiede2000(one, other)));
  return pairs.length === 0 ? 0 : Math.min(...pairs);
}

async function measure(
  { colorize, decode }: Colorizer,
  photo: RasterImage,
  kind: Kind,
  seed: number,
): Promise<Errors> {
  const [sample] = await colorize(photo, { mode: 'samples', count: 1, seed });
  const source = kind === 'the true color' ? photo : await sample!.toRaster();
  const hints = hintsOf(source, KINDS[kind], seed);
  const results = await colorize(photo, { count: COUNT, hints });
  const without = await decode(photo, results.map(({ latent }) => latent)); // prettier-ignore
  return {
    painted: await paintedErrors(results, hints),
    wished: results.flatMap(({ wishErrors }) => wishErrors.hints),
    codesAlone: await paintedErrors(without, hints),
    apart: [leastDifference(results)],
  };
}

function row(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const quantile = (share: number): string => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(2);
  const within = sorted.filter((value) => value <= WITHIN).length / sorted.length;
  return `least ${quantile(0)}, median ${quantile(0.5)}, 90 % ${quantile(0.9)}, most ${quantile(1)}, within ${WITHIN}: ${(100 * within).toFixed(0)} % of ${sorted.length}`;
}

async function main(model: string, photos: number): Promise<void> {
  await startBackend('wasm');
  const colorizer = await loadColorizer(folderStore(model));
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.jpg')).slice(0, photos);
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const all: Errors[] = [];
    for (const [i, name] of names.entries())
      all.push(await measure(colorizer, await decodeImage(FOLDER + name), kind, deriveSeed(0, i)));
    for (const key of ['painted', 'wished', 'codesAlone', 'apart'] as const)
      console.log(`${kind}, ${key}: ${row(all.flatMap((errors) => errors[key]))}`);
  }
  colorizer.dispose();
}

await main(process.argv[2]!, Number(process.argv[3] ?? 18));
