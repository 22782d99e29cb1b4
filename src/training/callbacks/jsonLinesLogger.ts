import type { TrainingCallback } from './callback.js';
import type { Sink } from './sink.js';

/**
 * Logs a run as JSON Lines: one object a line, told apart by `event`: `progress`, `validation`, `epoch` and `end`.
 *
 * A line holds the fields of what the callback of that event receives.
 */
export function jsonLinesLogger(sink: Sink): TrainingCallback {
  const writeLine = (event: string, fields: object): Promise<void> =>
    sink.write(`${JSON.stringify({ event, ...fields })}\n`);
  return {
    onProgress: (progress) => writeLine('progress', progress),
    onValidationEnd: (record) => writeLine('validation', record),
    onEpochEnd: (record) => writeLine('epoch', record),
    onTrainEnd: ({ reason, cause }, { step, epoch }) => {
      const detail = cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : cause };
      return writeLine('end', { step, epoch, reason, ...detail });
    },
  };
}
