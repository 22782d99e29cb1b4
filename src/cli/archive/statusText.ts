import type { ArchiveStatus } from '../../queue/archiveQueue.js';
import { duration } from '../timeLeft.js';

/** How far a queue has come, on one line. */
export function statusText(status: ArchiveStatus): string {
  const { waiting, active, delayed, done, deadLetters, isPaused, isListing } = status;
  const total = waiting + active + delayed + done + deadLetters;
  const { photosPerSecond, secondsLeft } = status;
  const left = waiting + active + delayed;
  return [
    `${done} of ${total}${isListing ? ' and more' : ''} done`,
    `${active} in work`,
    ...(delayed > 0 ? [`${delayed} to be tried again`] : []),
    `${deadLetters} dead letters`,
    `${photosPerSecond.toFixed(photosPerSecond < 10 ? 2 : 0)} photos/s`,
    ...(secondsLeft !== null && left > 0 ? [`${duration(secondsLeft * 1000)} left`] : []),
    ...(isPaused ? ['paused'] : []),
  ].join(', ');
}
