import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline, Readable } from 'node:stream';

import { QueueError } from '../errors.js';
import type { ListedPhoto } from './taskOf.js';

/** Columns and fields that may hold the photo, in the order in which they are looked for. */
const INPUT_FIELDS = ['input', 'url', 'path', 'file'];
/** A row that is longer is none: a quote was not closed, or the file is no list. */
const MAX_ROW_BYTES = 2 ** 20;

/** A photo of a list, or what is wrong with its line; `line` counts from 1. */
export type ManifestEntry =
  | { readonly line: number; readonly photo: ListedPhoto }
  | { readonly line: number; readonly problem: string };

function assertInputColumn(path: string, columns: readonly string[]): void {
  if (INPUT_FIELDS.some((field) => columns.includes(field))) return;
  throw new QueueError(`Cannot read "${path}" as none of its columns is called ${INPUT_FIELDS.join(', ')}`);
}

function photoOf(line: number, fields: Readonly<Record<string, unknown>>): ManifestEntry {
  const key = INPUT_FIELDS.find((field) => fields[field] !== undefined);
  const [input, name] = [key === undefined ? undefined : fields[key], fields['name']];
  if (typeof input !== 'string' || input === '')
    return { line, problem: `names no photo: looked for ${INPUT_FIELDS.join(', ')}` };
  if (name === undefined || name === null || name === '') return { line, photo: { input } };
  return typeof name === 'string'
    ? { line, photo: { input, name } }
    : { line, problem: 'has a name that is no text' };
}

function jsonEntry(line: number, text: string): ManifestEntry {
  try {
    return photoOf(line, JSON.parse(text) as Record<string, unknown>);
  } catch {
    return { line, problem: 'is not JSON' };
  }
}

/** The text of a file, until a line is too long to be one. */
async function* textWithLines(path: string): AsyncGenerator<string> {
  let length = 0;
  for await (const text of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const rest = text.length - 1 - Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
    length = rest === text.length ? length + rest : rest;
    if (length > MAX_ROW_BYTES) throw new Error(`a line has more than ${MAX_ROW_BYTES} characters`);
    yield text;
  }
}

/** Lines that begin with `{` are JSON objects, others are paths or URLs as they stand. */
async function* listEntries(path: string): AsyncGenerator<ManifestEntry> {
  const input = Readable.from(textWithLines(path));
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    const content = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (content.startsWith('{')) yield jsonEntry(line, content);
    else if (content !== '') yield { line, photo: { input: content } };
  }
}

/** The first row names the columns; rows are counted, not lines. */
async function* csvEntries(path: string): AsyncGenerator<ManifestEntry> {
  const { default: csvParser } = await import('csv-parser');
  const mapHeaders = ({ header }: { readonly header: string }): string => header.trim().toLowerCase();
  const rows = csvParser({ mapHeaders, maxRowBytes: MAX_ROW_BYTES });
  let columns: readonly string[] = [];
  rows.once('headers', (names: readonly string[]) => {
    columns = names;
  });
  pipeline(createReadStream(path), rows, () => {}); // What goes wrong comes out of `rows`.
  let line = 1;
  for await (const fields of rows as AsyncIterable<Readonly<Record<string, string>>>) {
    assertInputColumn(path, columns);
    if (Object.keys(fields).length === 0) continue; // An empty line.
    yield photoOf(++line, fields);
  }
  if (columns.length > 0) assertInputColumn(path, columns);
}

/**
 * Reads a list of photos line by line, however long it is: JSON Lines, CSV by its ending, or a path or URL on each line.
 *
 * JSON objects and CSV rows name the photo as `input`, `url`, `path` or `file`, and may name its results as `name`.
 *
 * @throws {QueueError} If the file cannot be read or has no such column.
 */
export async function* readManifest(path: string): AsyncGenerator<ManifestEntry> {
  try {
    yield* extname(path).toLowerCase() === '.csv' ? csvEntries(path) : listEntries(path);
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    throw new QueueError(`Cannot read the list "${path}": ${(cause as Error).message}`, { cause });
  }
}
