import type { WorkerReply, WorkerRequest } from '../../../src/training/workers/messages.js';
import { serveTraining } from '../../../src/training/workers/serveTraining.js';
import type { TrainingThreadLauncher } from '../../../src/training/workers/gradientPool.js';

/** What a thread would be, in this one; messages are copied as between threads. */
export const inProcess: TrainingThreadLauncher = ({ onMessage }) => {
  let receive = (_request: WorkerRequest): void => {};
  const post = (reply: WorkerReply): void => onMessage(structuredClone(reply));
  const listen = (onRequest: (request: WorkerRequest) => void): void => {
    receive = onRequest;
  };
  serveTraining({ post, listen }, async () => {});
  return { post: (request) => receive(structuredClone(request)), terminate: async () => {} };
};
