import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CheckpointReader } from './checkpoint/checkpointStore.js';
import { shippedReader } from './checkpoint/shippedReader.js';
import { folderStore } from './node/folderStore.js';

/** What `polyhue/model` is in Node: the same from the folder of the package. */
export function defaultCheckpoint(): CheckpointReader {
  const manifest = fileURLToPath(new URL('../checkpoints/compact/polyhue.json', import.meta.url));
  const { location, read } = folderStore(dirname(manifest));
  return shippedReader({ location, read }, 'install polyhue again, or give a model of your own');
}
