import { CheckpointError } from '../errors.js';
import type { CheckpointReader, CheckpointStore, StoreReadOptions } from './checkpointStore.js';
import { type FileEntry, MANIFEST_NAME, parseManifest } from './manifest.js';
import { sha256 } from './sha256.js';

export interface KeptReaderOptions {
  /**
   * Told why the checkpoint could not be kept, for example as the disk is full; it is read all the same.
   *
   * @defaultValue nobody is told
   */
  readonly onNotKept?: (error: CheckpointError) => void;
}

async function isIntact({ bytes, sha256: hash }: FileEntry, content: Uint8Array): Promise<boolean> {
  return content.length === bytes && (await sha256(content)) === hash;
}

/** The files of a manifest; none where it is not valid, which is for the one who loads to say. */
function filesOf(manifest: Uint8Array): readonly FileEntry[] {
  try {
    return parseManifest('keep a checkpoint', new TextDecoder().decode(manifest), Infinity).files;
  } catch (error) {
    if (error instanceof CheckpointError) return [];
    throw error;
  }
}

/** What a store has kept; what it cannot read counts as not kept. */
async function readKept(
  store: CheckpointStore,
  name: string,
  { maxBytes, signal }: StoreReadOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await store.read(name, { maxBytes, signal });
  } catch (error) {
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
}

/** Reads from `reader`; where that fails, from what was kept. */
async function readManifest(
  reader: CheckpointReader,
  store: CheckpointStore,
  options: StoreReadOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await reader.read(MANIFEST_NAME, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const kept = await readKept(store, MANIFEST_NAME, options);
    if (kept === undefined) throw error;
    return kept;
  }
}

/** Reads a file that was not kept, or whose copy is damaged. */
async function readAgain(
  { reader, store, isDamaged }: { reader: CheckpointReader; store: CheckpointStore; isDamaged: boolean },
  name: string,
  options: StoreReadOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await reader.read(name, options);
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (!isDamaged) throw cause;
    throw new CheckpointError(
      `Cannot read "${name}" as its copy in "${store.location}" is damaged and "${reader.location}" cannot be reached: ` +
        'connect to the network and load it again',
      { cause },
    );
  }
}

/**
 * Keeps what it reads from a place that may be far away or out of reach, such as a URL, in one that is near.
 *
 * The manifest is read anew each time, so that a new model is noticed, and from the copy where that fails; weights are read from
 * the copy as long as their SHA-256 is that of the manifest. A damaged copy is read again and replaced. The checkpoint is kept when
 * all of its files have been read.
 *
 * @param reader Where the checkpoint comes from.
 * @param store Where it is kept, for this checkpoint alone.
 * @example
 * ```ts
 * import { httpStore, loadColorizer } from 'polyhue';
 * import { indexedDbStore, keptReader } from 'polyhue/browser';
 *
 * // The second time, it also loads without a network.
 * const colorizer = await loadColorizer(keptReader(httpStore('/models/my-model/'), indexedDbStore('my-model')));
 * ```
 */
export function keptReader(
  reader: CheckpointReader,
  store: CheckpointStore,
  options: KeptReaderOptions = {},
): CheckpointReader {
  const { onNotKept } = options;
  let expected: readonly FileEntry[] = [];
  let content = new Map<string, Uint8Array>();
  let isNew = false;

  const keep = async (name: string, bytes: Uint8Array): Promise<void> => {
    content.set(name, bytes);
    const isWhole = content.has(MANIFEST_NAME) && expected.every((file) => content.has(file.name));
    if (!isNew || !isWhole || expected.length === 0) return;
    isNew = false;
    try {
      await store.write(content);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      onNotKept?.(error);
    }
    content = new Map();
  };
  const readWeights = async (entry: FileEntry, readOptions: StoreReadOptions) => {
    const { name } = entry;
    const kept = await readKept(store, name, readOptions);
    if (kept !== undefined && (await isIntact(entry, kept))) {
      readOptions.onProgress?.(kept.length);
      await keep(name, kept);
      return kept;
    }
    const bytes = await readAgain({ reader, store, isDamaged: kept !== undefined }, name, readOptions);
    if (bytes === undefined || !(await isIntact(entry, bytes))) return bytes;
    isNew = true;
    await keep(name, bytes);
    return bytes;
  };
  return {
    location: reader.location,
    read: async (name, readOptions) => {
      const entry = expected.find((file) => file.name === name);
      if (entry !== undefined) return readWeights(entry, readOptions);
      if (name !== MANIFEST_NAME) return reader.read(name, readOptions);
      const manifest = await readManifest(reader, store, readOptions);
      [expected, content, isNew] = [filesOf(manifest ?? new Uint8Array()), new Map(), false];
      if (manifest !== undefined) content.set(MANIFEST_NAME, manifest);
      return manifest;
    },
  };
}
