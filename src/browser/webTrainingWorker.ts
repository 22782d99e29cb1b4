import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

import { activateBackend } from '../backends/activateBackend.js';
import { registerWasmTraining } from '../backends/wasm/index.js';
import type { WorkerRequest } from '../training/workers/messages.js';
import { serveTraining } from '../training/workers/serveTraining.js';
import type { WebWorkerSettings } from './webWorkers.js';

/** The global scope: what a page calls a worker looks the same from within. */
const page = globalThis as unknown as Worker;

async function startBackend(backend: string): Promise<void> {
  if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else registerWasmTraining();
  await activateBackend(backend);
}

page.addEventListener(
  'message',
  ({ data: { wasmPaths } }: MessageEvent<WebWorkerSettings>) => {
    if (wasmPaths !== null) setWasmPaths(wasmPaths);
    serveTraining(
      {
        post: (reply) => page.postMessage(reply, []),
        listen: (onMessage) =>
          page.addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => onMessage(data)),
      },
      startBackend,
    );
  },
  { once: true },
);
