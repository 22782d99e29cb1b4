import { parentPort } from 'node:worker_threads';

import { enableProdMode } from '@tensorflow/tfjs-core';

import { type NodeBackend, startBackend } from '../node/startBackend.js';
import { type PhotoPainter, photoPainter } from './colorizePhoto.js';
import { openColorizer } from './openColorizer.js';
import { photoOpener } from './photoJobs.js';
import type { PhotoReply, PhotoRequest } from './photoWorkers.js';
import { photoReader } from './readPhoto.js';
import { errorLine } from './terminal.js';

const port = parentPort!;
const stopping = new AbortController();
const { signal } = stopping;
let painter: PhotoPainter;

async function carryOut(request: Exclude<PhotoRequest, { kind: 'stop' }>): Promise<PhotoReply> {
  try {
    if (request.kind === 'color') return { kind: 'done', outcome: await painter.color(request.job) };
    const { backend, maxPixels, settings } = request;
    enableProdMode();
    await startBackend(backend as NodeBackend, { task: 'inference' });
    const { colorizer } = await openColorizer(request, signal);
    const { keepMetadata } = settings.files;
    const read = photoReader({ open: photoOpener(), maxPixels, keepMetadata });
    painter = photoPainter(colorizer, settings, read, signal);
    return { kind: 'done', outcome: null };
  } catch (error) {
    return { kind: 'failed', message: errorLine(error) };
  }
}

port.on('message', (request: PhotoRequest) => {
  if (request.kind === 'stop') stopping.abort();
  else void carryOut(request).then((reply) => port.postMessage(reply));
});
