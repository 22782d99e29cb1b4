import type { PageMessage } from './messages.js';
import { serveColorizer } from './serveColorizer.js';
import { startWorkerBackend } from './startWorkerBackend.js';

/** The global scope: what a page calls a worker looks the same from within. */
const page = globalThis as unknown as Worker;

const receive = serveColorizer({
  post: (message, transfer = []) => page.postMessage(message, transfer),
  startBackend: async (request) => startWorkerBackend(request, 'inference'),
});

page.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => receive(data));
