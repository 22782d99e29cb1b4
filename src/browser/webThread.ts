import type { Thread, ThreadHandlers } from '../training/workers/link.js';

/** A Web Worker as a thread that is asked and answers; what is listed is moved to it instead of copied. */
export interface WebThread<Request> extends Thread<Request> {
  readonly post: (request: Request, transfer?: Transferable[]) => void;
}

/** Listens to a Web Worker. */
export function webThread<Request, Reply>(
  worker: Worker,
  { onMessage, onDeath }: ThreadHandlers<Reply>,
): WebThread<Request> {
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => onMessage(data));
  worker.addEventListener('messageerror', () => onDeath('its message could not be read'));
  worker.addEventListener('error', ({ message }) => onDeath(message || 'its script could not be loaded'));
  return {
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    terminate: async () => worker.terminate(),
  };
}
