/** A worker of a pool that leaves, or throws where nobody catches it, instead of answering its second evaluation. */
import { parentPort, workerData } from 'node:worker_threads';

import { startBackend } from '../../src/node/startBackend.js';
import type { WorkerRequest } from '../../src/training/workers/messages.js';
import { serveTraining } from '../../src/training/workers/serveTraining.js';

const port = parentPort!;
let evaluations = 0;

function die(): void {
  if (workerData === 'exit') process.exit(3);
  setImmediate(() => {
    throw new Error('out of everything');
  });
}

serveTraining(
  {
    post: (reply) => port.postMessage(reply),
    listen: (onMessage) =>
      port.on('message', (request: WorkerRequest) => {
        if (request.kind === 'evaluate' && ++evaluations === 2) die();
        else onMessage(request);
      }),
  },
  async () => {
    await startBackend('wasm');
  },
);
