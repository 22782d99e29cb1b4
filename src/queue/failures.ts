import { BackendError, ImageError, PhotoRefusedError, QueueError } from '../errors.js';

/** Errors of a disk that the next photo would meet as well. */
const FULL_DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

/** What BullMQ says of a job whose worker ended again and again. */
const STALLED = 'job stalled more than allowable limit';

/**
 * What follows from an error:
 *
 * - `'refused'`: the photo is at fault, and no further attempt would help;
 * - `'worker'`: this worker can color nothing more, the photo is left to others;
 * - `'backend'`: the same, but the photo may be the cause, so the attempt counts;
 * - `'retry'`: a network or server that may be back later.
 */
export type FailureKind = 'refused' | 'worker' | 'backend' | 'retry';

export function failureKind(error: unknown): FailureKind {
  if (error instanceof PhotoRefusedError || error instanceof ImageError) return 'refused';
  if (error instanceof BackendError) return 'backend';
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof QueueError || (code !== undefined && FULL_DISK.has(code))) return 'worker';
  return 'retry';
}

/** Why a photo is a dead letter, for people. */
export function deadLetterReason(failedReason: string | undefined): string {
  if (failedReason === undefined) return 'no reason is known';
  return failedReason === STALLED
    ? 'Several workers ended or hung while they colored it'
    : failedReason.replaceAll(/\s*\n\s*/g, ' ');
}
