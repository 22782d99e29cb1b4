/**
 * Runs blocks of the pages, one after the other, in a folder that has what they read; writes a line for each:
 *
 *     node --import tsx test/node/runDocBlocks.ts FOLDER BLOCK.ts…
 */
import { pathToFileURL } from 'node:url';

import * as tf from '@tensorflow/tfjs-core';

import { loadColorizer } from '../../src/inference/colorizer.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { folderStore } from '../../src/node/folderStore.js';
import { openImages } from '../../src/node/openImages.js';
import { startBackend } from '../../src/node/startBackend.js';

const [folder, ...blocks] = process.argv.slice(2);
process.chdir(folder!);
await startBackend('wasm');
const colorizer = await loadColorizer(folderStore('my-model'));
const given = { tf, colorizer, models: colorizer.models };
Object.assign(globalThis, given, {
  photo: await decodeImage('grandma.jpg'),
  source: await openImages('photos'),
});

const write = (line: string): void => void process.stdout.write(`${line}\n`);
for (const block of blocks) {
  try {
    await import(pathToFileURL(block).href);
    write(`ran ${block}`);
  } catch (error) {
    write(`failed ${block}: ${(error as Error).message}`);
  }
}
