import type { PageMessage } from './messages.js';
import { serveCalls } from './serveCalls.js';
import { startWorkerBackend } from './startWorkerBackend.js';

/** The global scope: what a page calls a worker looks the same from within. */
const page = globalThis as unknown as Worker;

const receive = serveCalls({
  post: (message, transfer = []) => page.postMessage(message, transfer),
  startBackend: startWorkerBackend,
});

page.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => receive(data));
