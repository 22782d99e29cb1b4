import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import { httpStore } from '../checkpoint/httpStore.js';
import { folderStore } from '../node/folderStore.js';
import { defaultCheckpoint } from '../nodeModel.js';
import { packageVersion } from './packageVersion.js';

/** The option `--model` of the commands that color. */
export const MODEL_OPTION = {
  value: 'DIR|URL',
  short: 'm',
  description: 'a trained model, see polyhue train (default: the one that comes with polyhue)',
} as const;

/** What files and reports call a model. */
export function modelName(location: string | null): string {
  return location ?? `polyhue ${packageVersion()}`;
}

/** Where `--model` says that a model is: a URL or a folder; `null` stands for the one that comes with polyhue. */
export function modelStore(location: string | null): CheckpointReader {
  if (location === null) return defaultCheckpoint();
  return /^https?:\/\//.test(location) ? httpStore(location) : folderStore(location);
}
