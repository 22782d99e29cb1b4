/**
 * Pictures and checkpoints in the browser.
 *
 * @module polyhue/browser
 */

export { blobSource } from './blobSource.js';
export { decodeImage } from './decodeImage.js';
export type { BrowserImage, DecodeImageOptions } from './decodeImage.js';
export { fileStore } from './fileStore.js';
export { indexedDbStore } from './indexedDbStore.js';
export { keptReader, type KeptReaderOptions } from '../checkpoint/keptReader.js';
export { toImageData } from '../data/toImageData.js';
export { webWorkers } from './webWorkers.js';
export type { WasmPaths, WebWorkersOptions } from './webWorkers.js';
