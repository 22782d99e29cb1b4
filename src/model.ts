/**
 * The trained model that comes with the package, for Node and for the browser.
 *
 * @module polyhue/model
 */
import type { CheckpointReader } from './checkpoint/checkpointStore.js';
import { urlReader } from './checkpoint/httpStore.js';
import { shippedReader } from './checkpoint/shippedReader.js';

/**
 * The trained model that comes with the package: its data, figures and limits are in `checkpoints/README.md`.
 *
 * In Node it is read from the folder of the package. In the browser it is fetched: Vite and webpack find its files through
 * `new URL(..., import.meta.url)` and serve them as assets. Without a bundler, copy the folder `checkpoints/compact` of the
 * package to your server and give its address to `httpStore`. Every file is checked by its SHA-256.
 *
 * @returns A place to load from; nothing is read before `loadColorizer` or `loadColorizerModels` asks for it. They reject with
 *   a `CheckpointError` where the model is missing or damaged.
 *
 * @example
 * ```ts
 * import { loadColorizer } from 'polyhue';
 * import { defaultCheckpoint } from 'polyhue/model';
 *
 * const colorizer = await loadColorizer(defaultCheckpoint());
 * ```
 */
export function defaultCheckpoint(): CheckpointReader {
  // Bundlers look for this very form.
  const manifest = new URL('../checkpoints/compact/polyhue.json', import.meta.url);
  const weights = new URL('../checkpoints/compact/weights.bin', import.meta.url);
  const files = new Map([
    ['polyhue.json', manifest],
    ['weights.bin', weights],
  ]);
  return shippedReader(
    urlReader(manifest.href, (name) => files.get(name)),
    'let your bundler or server keep the files in "checkpoints" of the package',
  );
}
