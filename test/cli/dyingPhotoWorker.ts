/** A worker that answers as if it colored, and leaves at the photo "1". */
import { parentPort } from 'node:worker_threads';

import type { PhotoReply, PhotoRequest } from '../../src/cli/photoWorkers.js';

const port = parentPort!;
port.on('message', (request: PhotoRequest) => {
  if (request.kind === 'color' && request.job.name === '1') process.exit(3);
  const outcome =
    request.kind === 'color' ? { summary: { input: request.job.name, tone: 'grey' as const } } : null;
  port.postMessage({ kind: 'done', outcome } satisfies PhotoReply);
});
