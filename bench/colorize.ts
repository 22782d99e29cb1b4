/** Speed of coloring one photo, with networks that were not trained: the work is the same. */
import { colorizer, type Colorizer, colorizerModels, shrinkImage } from 'polyhue';
import { decodeImage, startBackend } from 'polyhue/node';

import { medianTimes } from './measure.js';
import type { Table } from './report.js';
import { runChild } from './runChild.js';

const PHOTO = 'examples/photos/dahlia.jpg';
const COUNTS = [1, 5, 20];
const BUDGET_MS = 2000;

/** Times for some numbers of results, and what each after the first costs, in percent of the first. */
async function rowsOf(work: string, run: (count: number) => Promise<void>): Promise<Table['rows']> {
  const rows = [];
  let first = Number.NaN;
  for (const count of COUNTS) {
    const { processorMs, wallMs } = await medianTimes(async () => run(count), BUDGET_MS);
    if (count === 1) first = processorMs;
    const further = count === 1 ? null : (100 * (processorMs - first)) / (count - 1) / first;
    rows.push({ work, results: count, 'processor ms': processorMs, 'wall ms': wallMs, 'further %': further });
  }
  return rows;
}

async function photoRows({ colorize }: Colorizer): Promise<Table['rows']> {
  const photo = await decodeImage(PHOTO);
  const small = shrinkImage(photo, 64);
  const rasters = await rowsOf('512 px photo', async (count) => {
    for (const result of await colorize(photo, { count, mode: 'samples', leastDifference: 0 }))
      await result.toRaster();
  });
  const files = await rowsOf('512 px photo as PNG', async (count) => {
    for (const result of await colorize(photo, { count, mode: 'samples', leastDifference: 0 }))
      await result.toPng();
  });
  const networks = await rowsOf('networks alone', async (count) => {
    await colorize(small, { count, mode: 'samples', leastDifference: 0 });
  });
  return [...rasters, ...files, ...networks];
}

async function largeRow(work: string, [width, height]: readonly [number, number], count: number) {
  const { processorMs, wallMs, peakMb } = await runChild('colorize', width, height, count, 'compact');
  return { work, results: count, 'processor ms': processorMs, 'wall ms': wallMs, 'peak MiB': peakMb };
}

/** A photo of 512 x 342 pixels and one of 12 megapixels on wasm. */
export async function colorizeTables(): Promise<Table[]> {
  await startBackend('wasm');
  const painter = colorizer(colorizerModels({ preset: 'compact', seed: 0 }));
  const rows = await photoRows(painter);
  painter.dispose();
  const large = [
    await largeRow('64 x 64', [64, 64], 1),
    await largeRow('12 megapixels', [4000, 3000], 1),
    await largeRow('12 megapixels', [4000, 3000], 5),
  ];
  return [
    { title: 'Coloring a photo: compact on wasm, model loaded', rows },
    { title: 'Coloring in a process of its own: compact on wasm', rows: large },
  ];
}
