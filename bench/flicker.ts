/**
 * How much colors flicker in clips: each frame colored by itself, with one code for the clip, and smoothed as well.
 *
 * Clips of 24 frames of 192 x 192 pixels are cut out of photos that are made grey, with grain of 3 gray levels: a still one whose
 * brightness flickers by 6 %, a pan of 2 pixels and a zoom of 1 % a frame. Flicker is the mean of |a' - a| and |b' - b|, in Lab
 * units, between a point of the photo in one frame and the same point in the next; points come from a grid, and those that leave
 * the frame are left out. It is the warping error of video work with motion that is known, without squares.
 *
 * Usage: node --import ./tools/tsxEverywhere.mjs bench/flicker.ts MODEL [PHOTOS] [COUNT]
 */
import type { RasterImage } from '../src/data/image.js';
import { type Colorizer, loadColorizer } from '../src/inference/colorizer.js';
import { colorizeSequence } from '../src/inference/colorizeSequence.js';
import { folderSource } from '../src/node/folderSource.js';
import { folderStore } from '../src/node/folderStore.js';
import { startBackend } from '../src/node/startBackend.js';
import { randomGenerator } from '../src/random.js';
import type { TensorData } from '../src/checkpoint/tensorData.js';
import { toGrey } from '../src/data/toGrey.js';

const [FRAMES, SIDE, GRAIN, GRID] = [24, 192, 3, 24];

/** Where a frame shows the photo, and its light. */
interface View {
  /** Left, top and side, in pixels of the photo. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly gain: number;
}

const CLIPS: Readonly<Record<string, (t: number, photo: RasterImage, uniform: () => number) => View>> = {
  brightness: (_, photo, uniform) => ({ ...centered(photo, 1), gain: 1 + 0.12 * (uniform() - 0.5) }),
  pan: (t, photo) => {
    const view = centered(photo, 0.8);
    return { ...view, left: view.left + (2 * (t - FRAMES / 2) * view.side) / SIDE };
  },
  zoom: (t, photo) => centered(photo, 0.95 * 0.99 ** t),
};

function centered({ width, height }: RasterImage, share: number): View {
  const side = Math.min(width, height) * share;
  return { left: (width - side) / 2, top: (height - side) / 2, side, gain: 1 };
}

/** A value of a picture or field between its pixels. */
function sample(values: ArrayLike<number>, [width, height, channels]: number[], [x, y, c]: number[]): number {
  const clamp = (i: number, size: number): number => Math.min(size - 1, Math.max(0, i));
  const [x0, y0] = [Math.floor(x!), Math.floor(y!)];
  const at = (i: number, j: number): number =>
    values[(clamp(j, height!) * width! + clamp(i, width!)) * channels! + c!]!;
  const [u, v] = [x! - x0, y! - y0];
  const top = (1 - u) * at(x0, y0) + u * at(x0 + 1, y0);
  return (1 - v) * top + v * ((1 - u) * at(x0, y0 + 1) + u * at(x0 + 1, y0 + 1));
}

function frameOf(photo: RasterImage, { left, top, side, gain }: View, normal: () => number): RasterImage {
  const data = new Uint8ClampedArray(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [
      left + ((i % SIDE) + 0.5) * (side / SIDE),
      top + (Math.floor(i / SIDE) + 0.5) * (side / SIDE),
    ];
    const grey = sample(photo.data, [photo.width, photo.height, 3], [x - 0.5, y - 0.5, 0]);
    data.fill(gain * grey + GRAIN * normal(), 3 * i, 3 * i + 3);
  }
  return { width: SIDE, height: SIDE, data };
}

/** a and b of a point of the photo in a frame; `undefined` where the frame does not show it. */
function colorAt({ shape, values }: TensorData, view: View, [x, y]: readonly [number, number]) {
  const [u, v] = [(x - view.left) / view.side, (y - view.top) / view.side];
  if (u < 0 || u > 1 || v < 0 || v > 1) return undefined;
  const size = shape[0]!;
  return [0, 1].map((c) => 128 * sample(values, [size, size, 2], [u * size - 0.5, v * size - 0.5, c]));
}

/** The points of a grid over a view, in pixels of the photo. */
function gridOf({ left, top, side }: View): (readonly [number, number])[] {
  const place = (i: number): number => ((i + 0.5) * side) / GRID;
  return Array.from({ length: GRID ** 2 }, (_, i) => [
    left + place(i % GRID),
    top + place(Math.floor(i / GRID)),
  ]);
}

function flickerOf(fields: readonly TensorData[], views: readonly View[]): number {
  const changes = views.slice(1).flatMap((view, t) =>
    gridOf(view).flatMap((point) => {
      const now = colorAt(fields[t + 1]!, view, point);
      const before = colorAt(fields[t]!, views[t]!, point);
      return now === undefined || before === undefined
        ? []
        : now.map((value, c) => Math.abs(value - before[c]!));
    }),
  );
  return changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

async function sequenceFields(colorizer: Colorizer, frames: readonly RasterImage[], smoothing: number) {
  const fields: TensorData[] = [];
  for await (const { results } of colorizeSequence(colorizer, frames, { smoothing }))
    fields.push(results[0]!.colorField);
  return fields;
}

async function singleFields(colorizer: Colorizer, frames: readonly RasterImage[]): Promise<TensorData[]> {
  const all = await colorizer.colorize(frames, { count: 1 });
  return all.map(([best]) => best!.colorField);
}

/** Mean chroma, so that paler colors are not taken for steadier ones. */
function meanChroma(fields: readonly TensorData[]): number {
  let [sum, count] = [0, 0];
  for (const { values } of fields)
    for (let i = 0; i < values.length; i += 2, count++) sum += 128 * Math.hypot(values[i]!, values[i + 1]!);
  return sum / count;
}

const [model = '', photos = 'examples/photos', count = '6'] = process.argv.slice(2);
await startBackend('wasm', { task: 'inference' });
const colorizer = await loadColorizer(folderStore(model));
const source = await folderSource(photos);
console.log('clip        frame by frame  one code  one code, smoothed   chroma: single, one code, smoothed');
for (const [name, viewAt] of Object.entries(CLIPS)) {
  const sums = [0, 0, 0, 0, 0, 0];
  const clips = Math.min(Number(count), source.length);
  for (let k = 0; k < clips; k++) {
    const { uniform, normal } = randomGenerator(k);
    const photo = await toGrey(await source.read(k));
    const views = Array.from({ length: FRAMES }, (_, t) => viewAt(t, photo, uniform));
    const frames = views.map((view) => frameOf(photo, view, normal));
    const systems = [
      await singleFields(colorizer, frames),
      await sequenceFields(colorizer, frames, 0),
      await sequenceFields(colorizer, frames, 0.8),
    ];
    systems.forEach((fields, i) => {
      sums[i]! += flickerOf(fields, views) / clips;
      sums[i + 3]! += meanChroma(fields) / clips;
    });
  }
  console.log(name.padEnd(12), sums.map((sum) => sum.toFixed(3).padStart(10)).join(''));
}
colorizer.dispose();
