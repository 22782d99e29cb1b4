import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** Where a photo came from and in which state it was: tells whether a record speaks of it. */
export interface PhotoOrigin {
  /** Path of the picture, relative to the folder of the record, with slashes; of one in an archive, the archive's and its name there. */
  readonly path: string;
  /** Changes when the file, or its archive, is changed: sizes and times. */
  readonly state: string;
}

/** All that decides what results look like, besides the photo. */
export interface PhotoRecipe {
  /** SHA-256 of the manifest of the model, which holds those of its weights. */
  readonly model: string;
  /** As `isDeepStrictEqual` compares them once they have been JSON. */
  readonly options: unknown;
}

/** What `NAME.json` says that is read again. */
export interface PhotoRecord {
  readonly origin: PhotoOrigin;
  readonly recipe: PhotoRecipe;
  /** Names of all files that belong to the photo, the record itself left out. */
  readonly files: readonly string[];
}

/** Whether `value` is an object with properties. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown): value is PhotoRecord {
  if (!isObject(value)) return false;
  const { origin, recipe, files } = value;
  return (
    isObject(origin) &&
    typeof origin['path'] === 'string' &&
    typeof origin['state'] === 'string' &&
    isObject(recipe) &&
    Array.isArray(files) &&
    files.every((file) => typeof file === 'string')
  );
}

/** The record that a JSON text is; `undefined` where it is something else. */
export function parseRecord(text: string): PhotoRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The record in a file; `undefined` where there is none, or the file is something else. */
export async function readRecord(path: string): Promise<PhotoRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseRecord(text);
}

/** Whether a record speaks of this photo in this state, colored by this model with these options. */
export function isRecordOf(record: PhotoRecord, origin: PhotoOrigin, recipe: PhotoRecipe): boolean {
  const asJson: unknown = JSON.parse(JSON.stringify(recipe));
  return isDeepStrictEqual(record.origin, origin) && isDeepStrictEqual(record.recipe, asJson);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Whether the results in the folder of `path` are those of the photo, the model and the options as they are now. */
export async function isDone(
  path: string,
  record: PhotoRecord,
  origin: PhotoOrigin,
  recipe: PhotoRecipe,
): Promise<boolean> {
  if (!isRecordOf(record, origin, recipe)) return false;
  const there = await Promise.all(record.files.map(async (file) => isFile(join(dirname(path), file))));
  return there.every(Boolean);
}
