import { createHash } from 'node:crypto';
import { dirname } from 'node:path';

import { PhotoRefusedError } from '../../errors.js';
import type { Colorizer } from '../../inference/colorizer.js';
import type { ColoredTask, ColorTask } from '../../queue/archiveWorker.js';
import { isPhotoUrl, type PhotoTask } from '../../queue/photoTask.js';
import type { PhotoStorage } from '../../queue/storage/storage.js';
import { stageResults } from '../colorizePhoto.js';
import { isRecordOf, parseRecord, type PhotoRecord } from '../photoRecord.js';
import { type PhotoSettings, recipeOf } from '../photoSettings.js';
import { decodePhoto } from '../readPhoto.js';

/** Records hold latent codes and little else. */
const MAX_RECORD_BYTES = 16e6;

export interface ArchivePainterOptions {
  readonly colorizer: Colorizer;
  /** Its `out` is empty: names are those of the output. */
  readonly settings: PhotoSettings;
  /** Where photos that are paths lie. */
  readonly root: PhotoStorage;
  /** Where photos that are URLs lie. */
  readonly web: PhotoStorage;
  readonly output: PhotoStorage;
  readonly maxPixels: number;
  readonly maxBytes: number;
}

interface Origin {
  readonly path: string;
  readonly state: string;
}

async function readPhotoFile(
  { root, web, maxBytes }: ArchivePainterOptions,
  { input }: PhotoTask,
): Promise<Uint8Array> {
  const bytes = await (isPhotoUrl(input) ? web : root).read(input, { maxBytes });
  if (bytes === undefined) throw new PhotoRefusedError(`Cannot read "${input}" as there is none`);
  return bytes;
}

/** The record that is in the place of a photo's already. */
async function foundRecord(
  output: PhotoStorage,
  { input, name }: PhotoTask,
): Promise<PhotoRecord | undefined> {
  const bytes = await output.read(`${name}.json`, { maxBytes: MAX_RECORD_BYTES });
  const record = bytes && parseRecord(new TextDecoder().decode(bytes));
  if (record === undefined || record.origin.path === input) return record;
  throw new PhotoRefusedError(`Cannot color "${input}" as "${name}.json" belongs to "${record.origin.path}"`);
}

/** What the log says of a photo. */
function entryOf(record: PhotoRecord, { name }: PhotoTask): ColoredTask['entry'] {
  const folder = dirname(name);
  const files = record.files.map((file) => (folder === '.' ? file : `${folder}/${file}`));
  return { record: `${name}.json`, files, photo: record.origin.state, model: record.recipe.model };
}

async function paint(
  { colorizer, settings, output, maxPixels }: ArchivePainterOptions,
  task: PhotoTask,
  { bytes, origin }: { readonly bytes: Uint8Array; readonly origin: Origin },
): Promise<PhotoRecord> {
  const { input, name } = task;
  const { signal } = new AbortController(); // A photo that was begun is finished.
  const { keepMetadata } = settings.files;
  const photo = await decodePhoto(bytes, { input, maxPixels, keepMetadata });
  const results = await colorizer.colorize(photo.image, settings.options);
  const batch = output.begin();
  try {
    const add = async (path: string, content: string | Uint8Array): Promise<void> =>
      batch.add({ name: path, content });
    const job = { input, name, path: input, index: 0, origin };
    const summary = await stageResults({ add }, { job, photo, results }, settings, signal);
    await add(`${name}.json`, `${JSON.stringify(summary, undefined, 2)}\n`);
    await batch.commit();
    return summary;
  } catch (error) {
    await batch.discard();
    throw error;
  }
}

/**
 * Colors photos of an archive. The record of a photo is written last; where it is there, and speaks of the same file, model
 * and options, nothing is colored.
 */
export function archivePainter(options: ArchivePainterOptions): ColorTask {
  const recipe = recipeOf(options.settings);
  return async (task) => {
    const bytes = await readPhotoFile(options, task);
    const hash = createHash('sha256').update(bytes).digest('hex');
    const origin = { path: task.input, state: `sha256 ${hash}` };
    const found = await foundRecord(options.output, task);
    if (found !== undefined && isRecordOf(found, origin, recipe))
      return { entry: entryOf(found, task), isFresh: false };
    const record = await paint(options, task, { bytes, origin });
    return { entry: entryOf(record, task), isFresh: true };
  };
}
