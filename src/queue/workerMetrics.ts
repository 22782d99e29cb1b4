import type { ArchiveStatus } from './archiveQueue.js';
import type { TaskOutcome } from './archiveWorker.js';

/** Upper bounds of the classes of the histogram, in seconds. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const OUTCOMES = ['done', 'known', 'retry', 'dead'] as const;

/** Numbers of one worker and of its queue, for Prometheus. */
export interface WorkerMetrics {
  readonly observe: (outcome: TaskOutcome) => void;
  /** The text that Prometheus reads, of its version 0.0.4. */
  readonly text: (status: ArchiveStatus) => string;
}

type Sample = readonly [suffix: string, value: number];

function family(
  name: string,
  kind: 'counter' | 'gauge' | 'histogram',
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([suffix, value]) => `${name}${suffix} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines, ''].join('\n');
}

/**
 * Counts what a worker does.
 *
 * @see Prometheus, "Exposition formats": text-based format.
 */
export function workerMetrics(): WorkerMetrics {
  const counts = { done: 0, known: 0, retry: 0, dead: 0 };
  const classes = BOUNDS.map(() => 0);
  let sum = 0;
  return {
    observe: (outcome) => {
      counts[outcome.kind]++;
      if (outcome.kind !== 'done') return;
      const { seconds } = outcome;
      sum += seconds;
      for (const [i, bound] of BOUNDS.entries()) if (seconds <= bound) classes[i]!++;
    },
    text: (status) =>
      [
        family(
          'polyhue_worker_photos_total',
          'counter',
          'Photos that this worker took, by what became of them.',
          OUTCOMES.map((kind) => [`{outcome="${kind}"}`, counts[kind]]),
        ),
        family(
          'polyhue_worker_photo_seconds',
          'histogram',
          'Time that a photo took, reading and writing included.',
          [
            ...BOUNDS.map((bound, i): Sample => [`_bucket{le="${bound}"}`, classes[i]!]),
            ['_bucket{le="+Inf"}', counts.done],
            ['_sum', sum],
            ['_count', counts.done],
          ],
        ),
        family('polyhue_queue_photos', 'gauge', 'Photos of the queue, by state.', [
          ['{state="waiting"}', status.waiting],
          ['{state="active"}', status.active],
          ['{state="delayed"}', status.delayed],
          ['{state="done"}', status.done],
          ['{state="dead"}', status.deadLetters],
        ]),
        family(
          'polyhue_queue_photos_per_second',
          'gauge',
          'Photos done each second by all workers, over a minute.',
          [['', status.photosPerSecond]],
        ),
        family('polyhue_queue_paused', 'gauge', '1 while the queue is paused.', [
          ['', Number(status.isPaused)],
        ]),
      ].join(''),
  };
}
