import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import { httpStore } from '../checkpoint/httpStore.js';
import { folderStore } from '../node/folderStore.js';

/** Where `--model` says that a model is: a URL or a folder. */
export function modelStore(location: string): CheckpointReader {
  return /^https?:\/\//.test(location) ? httpStore(location) : folderStore(location);
}
