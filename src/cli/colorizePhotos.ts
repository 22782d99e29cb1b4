import type { PhotoOutcome, PhotoPainter } from './colorizePhoto.js';
import type { PhotoJob } from './photoJobs.js';
import { WorkerEndedError } from './photoWorkers.js';

export interface ColorizePhotosOptions {
  /** Called before a photo is colored, with the number of those that are done. */
  readonly onStart: (job: PhotoJob, done: number) => void;
  /** Called for each photo, in the order of the photos. */
  readonly onOutcome: (outcome: Exclude<PhotoOutcome, null>) => void;
  readonly signal: AbortSignal;
}

function failed({ input }: PhotoJob, reason: string): Exclude<PhotoOutcome, null> {
  return { failure: { input, error: `Cannot color "${input}": ${reason}` } };
}

/** What a painter made of a photo, and whether it has ended over it. */
async function outcomeOf(
  painter: PhotoPainter,
  job: PhotoJob,
): Promise<{ readonly outcome: PhotoOutcome; readonly ended: boolean }> {
  try {
    return { outcome: await painter.color(job), ended: false };
  } catch (error) {
    if (!(error instanceof WorkerEndedError)) throw error;
    return { outcome: failed(job, error.message), ended: true };
  }
}

/**
 * Colors all photos: each painter takes the next one that is left. The photo of a painter that has ended is a failure, and the
 * other painters take the rest.
 *
 * @throws The reason of `signal` once it is aborted.
 */
export async function colorizePhotos(
  painters: readonly PhotoPainter[],
  jobs: readonly PhotoJob[],
  { onStart, onOutcome, signal }: ColorizePhotosOptions,
): Promise<void> {
  const outcomes = new Map<number, Exclude<PhotoOutcome, null>>();
  let [next, told] = [0, 0];
  const tell = (index: number, outcome: Exclude<PhotoOutcome, null>): void => {
    outcomes.set(index, outcome);
    for (; outcomes.has(told); told++) {
      onOutcome(outcomes.get(told)!);
      outcomes.delete(told);
    }
  };
  const paint = async (painter: PhotoPainter): Promise<void> => {
    while (next < jobs.length && !signal.aborted) {
      const index = next++;
      onStart(jobs[index]!, told + outcomes.size);
      const { outcome, ended } = await outcomeOf(painter, jobs[index]!);
      if (outcome !== null) tell(index, outcome);
      if (ended) return;
    }
  };
  await Promise.all(painters.map(paint));
  signal.throwIfAborted();
  while (next < jobs.length) tell(next, failed(jobs[next++]!, 'no worker is left'));
}
