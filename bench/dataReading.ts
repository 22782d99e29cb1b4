/**
 * What it costs to read pictures: npx tsx bench/dataReading.ts [PATH...] (a minute or two; examples/photos by default).
 *
 * Each PATH, a folder, a tar or a pattern of shards, is read in random order as it is and through an image cache: the pictures alone, and
 * as training examples of 64 pixels in batches of 16 on wasm. Times are of the processor, all threads, medians of five rounds that
 * alternate between the rows; memory is the most that a process of its own takes beyond what it took when it opened the pictures.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { imageDataset, type ImageSource, randomCropTransform, selectImages, shrinkImage } from 'polyhue';
import { openImageCache, openImages, startBackend } from 'polyhue/node';

import { printTable, processorMs } from './measure.js';

const ROUNDS = 5;
const COUNT = 512;
const SIZE = 64;
/** As `polyhue train` reads for the preset `compact`. */
const SHORTEST_SIDE = 2 * SIZE;

interface Cost {
  readonly processorMs: number;
  readonly wallMs: number;
}

async function costOf(run: () => Promise<void>): Promise<Cost> {
  const [processor, wall] = [processorMs(), performance.now()];
  await run();
  return { processorMs: processorMs() - processor, wallMs: performance.now() - wall };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** The next `COUNT` pictures of a walk through all of them. */
function chosen(source: ImageSource, round: number): ImageSource {
  const indices = Array.from({ length: COUNT }, (_, i) => ((round * COUNT + i) * 7919) % source.length);
  return selectImages(source, indices);
}

async function readAlone(source: ImageSource): Promise<void> {
  for (let i = 0; i < source.length; i++) shrinkImage(await source.read(i), SHORTEST_SIDE);
}

async function readBatches(source: ImageSource): Promise<void> {
  const transform = randomCropTransform({ size: SIZE });
  const data = imageDataset({ source, size: SIZE, batchSize: 16, seed: 0, transform });
  for await (const { images } of data.batches(0)) images.dispose();
}

type Reader = (source: ImageSource) => Promise<void>;

/** The rows of the table: what is read, and how. */
const ROWS: Readonly<Record<string, readonly [from: 'files' | 'cache', read: Reader]>> = {
  files: ['files', readAlone],
  cache: ['cache', readAlone],
  'files, batches': ['files', readBatches],
  'cache, batches': ['cache', readBatches],
};

async function openBoth(path: string, folder: string) {
  const files = await openImages(path);
  return { files, cache: await openImageCache(files, { folder, shortestSide: SHORTEST_SIDE }) };
}

/** Prints the peak of this process beyond its start, in megabytes. */
async function printPeak(row: string, path: string, folder: string): Promise<void> {
  const [from, read] = ROWS[row]!;
  const sources = await openBoth(path, folder);
  const before = process.memoryUsage.rss() / 1e6;
  for (let round = 0; round < ROUNDS; round++) await read(chosen(sources[from], round));
  console.log((process.resourceUsage().maxRSS * 1.024e-3 - before).toFixed(0));
  await sources.cache.close();
}

function peakOf(row: string, path: string, folder: string): string {
  const args = [...process.execArgv, process.argv[1]!, '--peak', row, path, folder];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
}

function summary(row: string, costs: readonly Cost[]): string[] {
  const each = (value: (cost: Cost) => number) => median(costs.map(value)) / COUNT;
  const ms = each((cost) => cost.processorMs);
  return [row, ms.toFixed(3), each((cost) => cost.wallMs).toFixed(3), (1000 / ms).toFixed(0)];
}

async function measure(path: string, folder: string): Promise<void> {
  const start = processorMs();
  const sources = await openBoth(path, folder);
  const { files, cache } = sources;
  const seconds = ((processorMs() - start) / 1000).toFixed(1);
  const { size } = await stat(cache.path);
  console.log(
    `${path}: ${files.length} pictures, cache of ${(size / 1e6).toFixed(0)} MB made in ${seconds} s`,
  );
  const rows = Object.entries(ROWS).map(([row, [from, read]]) => ({ row, from, read, costs: [] as Cost[] }));
  for (const { from, read } of rows) await read(chosen(sources[from], ROUNDS)); // warms up
  for (let round = 0; round < ROUNDS; round++) {
    for (const { from, read, costs } of rows) {
      costs.push(await costOf(async () => read(chosen(sources[from], round))));
    }
  }
  const cells = rows.map(({ row, costs }) => [...summary(row, costs), peakOf(row, path, folder)]);
  printTable(['', 'processor ms a picture', 'wall ms', 'pictures/s', 'peak MB'], cells);
  await cache.close();
}

await startBackend('wasm');
const [first, ...rest] = process.argv.slice(2);
if (first === '--peak') {
  await printPeak(...(rest as [string, string, string]));
} else {
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-bench-'));
  const paths = first === undefined ? ['examples/photos'] : [first, ...rest];
  for (const path of paths) await measure(path, folder);
  await rm(folder, { recursive: true });
}
