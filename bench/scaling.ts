/** How time and memory grow, one thing at a time; each run in a process of its own, on wasm. */
import type { Cell, Table } from './report.js';
import { runChild } from './runChild.js';

type Size = readonly [name: string, settings: readonly (string | number)[]];

const PIXELS: readonly Size[] = [
  ['512 x 384', [512, 384, 5, 'compact']],
  ['1024 x 768', [1024, 768, 5, 'compact']],
  ['2048 x 1536', [2048, 1536, 5, 'compact']],
  ['4000 x 3000', [4000, 3000, 5, 'compact']],
];

const RESULTS: readonly Size[] = [1, 5, 20, 80].map((count) => [`${count}`, [512, 384, count, 'compact']]);

const PRESETS: readonly Size[] = ['tiny', 'compact'].map((preset) => [preset, [512, 384, 5, preset]]);

const BATCHES: readonly Size[] = [1, 4, 16].map((batch) => [`${batch}`, ['compact', batch]]);

const WIDTHS: readonly Size[] = ['tiny', 'compact', 'reference'].map((preset) => [preset, [preset, 4]]);

async function rowsOf(task: string, column: string, sizes: readonly Size[]) {
  const rows: Record<string, Cell>[] = [];
  for (const [name, settings] of sizes) {
    const { processorMs, wallMs, peakMb } = await runChild(task, ...settings);
    rows.push({ [column]: name, 'processor ms': processorMs, 'wall ms': wallMs, 'peak MiB': peakMb });
  }
  return rows;
}

export async function scalingTables(): Promise<Table[]> {
  return [
    { title: 'Scaling: pixels, 5 results', rows: await rowsOf('colorize', 'photo', PIXELS) },
    { title: 'Scaling: results, 512 x 384', rows: await rowsOf('colorize', 'results', RESULTS) },
    { title: 'Scaling: networks, 512 x 384, 5 results', rows: await rowsOf('colorize', 'preset', PRESETS) },
    { title: 'Scaling: training step by batch, compact', rows: await rowsOf('step', 'batch', BATCHES) },
    { title: 'Scaling: training step by network, batch 4', rows: await rowsOf('step', 'preset', WIDTHS) },
  ];
}
