/**
 * Trains the model that ships, on a GPU through WebGPU where there is one, else on every core.
 *
 *     npm run train:shipped -- FOLDER OUT             FOLDER holds open64-train.tar and tinyimagenet64-train.tar
 *     npm run train:shipped -- FOLDER OUT --cache DIR  further options go to `polyhue train`
 *
 * It may be stopped or killed at any time: the same command again goes on from the last checkpoint in OUT.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { hasCheckpoint } from 'polyhue';
import { folderStore, nodeCapabilities } from 'polyhue/node';

import { runPolyhue } from './runPolyhue.js';
import { dataPattern, TRAINING_OPTIONS } from './shippedRecipe.js';

/** What to train with on this machine. */
async function computeOptions(): Promise<string[]> {
  const { backends } = await nodeCapabilities();
  const gpu = backends.find(({ name }) => name === 'webgpu');
  if (gpu?.training.works === true && gpu.adapter?.isSoftware !== true) return ['--backend', 'webgpu'];
  return ['--backend', 'wasm', '--workers', String(availableParallelism())];
}

async function main([folder, out, ...more]: readonly string[]): Promise<void> {
  if (folder === undefined || out === undefined)
    throw new Error('Give the folder with the tar files and a folder for the model');
  if (await hasCheckpoint(folderStore(out))) {
    console.log(`${out} holds the trained model already`);
    return;
  }
  const started = await hasCheckpoint(folderStore(join(out, 'training')));
  const args = ['train', dataPattern(folder), '--out', out, ...TRAINING_OPTIONS, ...(await computeOptions())];
  await runPolyhue([...args, ...(started ? ['--resume'] : []), ...more], { stdout: 'inherit' });
}

await main(process.argv.slice(2));
