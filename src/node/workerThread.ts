import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { Thread, ThreadHandlers } from '../training/workers/link.js';

/** A module in the folder of another one, and like that one compiled or not. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url);
}

/**
 * Starts a module in a thread; it lives until it is ended.
 *
 * @param workerData What the module finds under that name.
 */
export function workerThread<Request, Reply>(
  module: URL,
  { onMessage, onDeath }: ThreadHandlers<Reply>,
  workerData: unknown = null,
): Thread<Request> {
  const worker = new Worker(module, { workerData });
  worker.on('message', onMessage);
  worker.on('messageerror', ({ message }) => onDeath(message));
  worker.once('error', ({ message }) => onDeath(message));
  worker.once('exit', (code) => onDeath(`its thread left with exit code ${code}`));
  return {
    post: (request) => worker.postMessage(request, []),
    terminate: async () => {
      await worker.terminate();
    },
  };
}
