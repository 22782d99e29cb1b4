import { parentPort } from 'node:worker_threads';

import { serveTraining } from '../training/workers/serveTraining.js';
import { startBackend, type NodeBackend } from './startBackend.js';

const port = parentPort!;

serveTraining(
  {
    post: (reply) => port.postMessage(reply),
    listen: (onMessage) => port.on('message', onMessage),
  },
  async (backend) => {
    await startBackend(backend as NodeBackend);
  },
);
