import { type ColorizerModels, loadCheckpoint, memoryStore, saveColorizerModels } from 'polyhue';

/** What a checkpoint that ships may take, in bytes. */
const MAX_BYTES = 6e6;
const MANIFEST = 'polyhue.json';
/** A name that stays, so that bundlers find the file by the one in `src/model.ts`. */
const WEIGHTS = 'weights.bin';

/**
 * A colorizer as the two files that ship: weights of 8 bits in one file.
 *
 * @param notes Plain JSON: where the model comes from.
 * @throws {Error} If the files would take more than 6 MB.
 */
export async function packModel(
  models: ColorizerModels,
  notes: unknown,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = memoryStore();
  await saveColorizerModels(store, models, { storage: 'uint8', maxShardBytes: 2 ** 30, notes });
  const files = store.files();
  const [name] = [...files.keys()].filter((file) => file !== MANIFEST);
  const text = new TextDecoder().decode(files.get(MANIFEST));
  // The name, "weights-HASH.bin", stands nowhere else in the manifest.
  const manifest = JSON.stringify(JSON.parse(text.replaceAll(name!, WEIGHTS)));
  const packed = new Map([
    [WEIGHTS, files.get(name!)!],
    [MANIFEST, new TextEncoder().encode(`${manifest}\n`)],
  ]);
  const bytes = [...packed.values()].reduce((sum, { length }) => sum + length, 0);
  if (bytes > MAX_BYTES) throw new Error(`The model takes ${bytes} bytes: ${MAX_BYTES} are the limit`);
  await loadCheckpoint(memoryStore(packed), { kind: 'colorizer' });
  return packed;
}
