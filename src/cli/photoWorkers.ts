import { moduleBeside, workerThread } from '../node/workerThread.js';
import { type ThreadLink, threadLink } from '../training/workers/link.js';
import type { PhotoOutcome, PhotoPainter } from './colorizePhoto.js';
import type { PhotoJob } from './photoJobs.js';
import type { PhotoSettings } from './photoSettings.js';

/** What a worker is asked: to get ready, to color a photo, or to stop, which has no answer of its own. */
export type PhotoRequest =
  | {
      readonly kind: 'open';
      readonly backend: string;
      readonly model: string | null;
      readonly features: string | null;
      readonly onnx: boolean;
      readonly maxPixels: number;
      readonly settings: PhotoSettings;
    }
  | { readonly kind: 'color'; readonly job: PhotoJob }
  | { readonly kind: 'stop' };

export type PhotoReply =
  | { readonly kind: 'done'; readonly outcome: PhotoOutcome }
  | { readonly kind: 'failed'; readonly message: string };

/** A worker that has ended without being asked to. */
export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError';
}

type Link = ThreadLink<PhotoRequest, PhotoReply>;

/** Painters in threads of their own. */
export interface PhotoWorkers {
  readonly painters: readonly PhotoPainter[];
  /** Lets no photo be finished that is under way. */
  readonly stop: () => void;
  readonly close: () => Promise<void>;
}

async function request(link: Link, message: PhotoRequest): Promise<PhotoOutcome> {
  const reply = await link.ask(message);
  if (reply.kind === 'failed') throw new Error(reply.message);
  return reply.outcome;
}

/**
 * Starts workers that color photos, each with a backend and a model of its own.
 *
 * @throws {Error} If one of them cannot start or load the model.
 */
export async function photoWorkers(
  count: number,
  open: PhotoRequest & { readonly kind: 'open' },
  module = moduleBeside(import.meta.url, 'colorizeWorker'),
): Promise<PhotoWorkers> {
  const links = Array.from({ length: count }, (_, i): Link => {
    const deathOf = (reason: string) =>
      new WorkerEndedError(`worker ${i + 1} of ${count} has ended: ${reason}`);
    return threadLink((handlers) => workerThread(module, handlers), deathOf);
  });
  const close = async (): Promise<void> => {
    await Promise.all(links.map(async (link) => link.close()));
  };
  try {
    await Promise.all(links.map(async (link) => request(link, open)));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    painters: links.map((link) => ({ color: async (job) => request(link, { kind: 'color', job }) })),
    stop: () => links.forEach((link) => link.tell({ kind: 'stop' })),
    close,
  };
}
