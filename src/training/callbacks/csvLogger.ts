import { TrainingError } from '../../errors.js';
import type { LossValues } from '../state.js';
import type { TrainingCallback } from './callback.js';
import type { Sink } from './sink.js';

export interface CsvLoggerOptions {
  /**
   * Whether the first line names the columns; false to go on with a file that has one.
   *
   * @defaultValue `true`
   */
  readonly header?: boolean;
}

interface Row {
  readonly split: 'training' | 'validation';
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number | null;
  readonly gradientNorm: number | null;
  readonly examplesPerSecond: number | null;
}

const FIXED = ['split', 'step', 'epoch', 'learningRate', 'gradientNorm', 'examplesPerSecond'] as const;

/** A field as RFC 4180 has it; `null` is an empty field. */
function field(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Logs a run as comma-separated values: a row for each progress report and for each validation.
 *
 * Columns: `split, step, epoch, learningRate, gradientNorm, examplesPerSecond`, then the loss parts in the order of the
 * first row. They never change within a file.
 *
 * @see Y. Shafranovich, RFC 4180: Common format and MIME type for comma-separated values, 2005.
 */
export function csvLogger(sink: Sink, options: CsvLoggerOptions = {}): TrainingCallback {
  const { header = true } = options;
  let parts: readonly string[] | null = null;

  const columnsOf = (losses: LossValues): readonly string[] => {
    parts ??= Object.keys(losses);
    const unknown = Object.keys(losses).filter((name) => !parts!.includes(name));
    if (unknown.length === 0) return parts;
    throw new TrainingError(
      `Cannot write a row as its losses must have a column: there is none for ${unknown.map((name) => `"${name}"`).join(', ')}`,
    );
  };
  const writeRow = async (row: Row, losses: LossValues): Promise<void> => {
    const first = parts === null;
    const names = columnsOf(losses);
    const values = [...FIXED.map((name) => row[name]), ...names.map((name) => losses[name] ?? null)];
    const lines = first && header ? [[...FIXED, ...names], values] : [values];
    await sink.write(lines.map((line) => `${line.map(field).join(',')}\n`).join(''));
  };
  return {
    onProgress: ({ step, epoch, learningRate, gradientNorm, examplesPerSecond, losses }) =>
      writeRow({ split: 'training', step, epoch, learningRate, gradientNorm, examplesPerSecond }, losses),
    onValidationEnd: ({ step, epoch, losses }) => {
      const empty = { learningRate: null, gradientNorm: null, examplesPerSecond: null };
      return writeRow({ split: 'validation', step, epoch, ...empty }, losses);
    },
  };
}
