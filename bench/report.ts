import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';

import { printTable } from './measure.js';

/** A text, a number as it was measured, or `null` where nothing was. */
export type Cell = string | number | null;

/** What one part of the bench found: rows of the same columns. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

function format(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return String(cell);
  return cell < 10 ? cell.toFixed(2) : cell.toFixed(0);
}

export function printReport({ title, rows }: Table): void {
  const columns = Object.keys(rows[0]!);
  console.log(`\n${title}`);
  printTable(
    columns,
    rows.map((row) => columns.map((column) => format(row[column]!))),
  );
}

/** What the figures depend on. */
async function machine(): Promise<object> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  return {
    date: new Date().toISOString(),
    polyhue: version,
    tensorflowJs: tf.version_core,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
}

export async function writeReport(path: string, tables: readonly Table[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify({ ...(await machine()), tables }, undefined, 2)}\n`);
}
