import { Presets, SingleBar } from 'cli-progress';

import { plainLine } from './terminal.js';

/** Shows how far a long job has come; everything goes to standard error. */
export interface Progress {
  /** Moves to `value` and shows `note` behind the bar. */
  readonly update: (value: number, note: string) => void;
  readonly stop: () => void;
}

/** How often a line is written where standard error is not a terminal. */
const LINE_EVERY_MS = 5000;

function progressBar(stream: NodeJS.WriteStream, label: string, total: number): Progress {
  const format = `${label} {bar} {value}/{total} {note}`;
  const bar = new SingleBar({ format, stream, hideCursor: true, barsize: 24 }, Presets.shades_classic);
  bar.start(total, 0, { note: '' });
  return { update: (value, note) => bar.update(value, { note }), stop: () => bar.stop() };
}

function progressLines(stream: NodeJS.WritableStream, label: string, total: number): Progress {
  let writtenAt = Number.NEGATIVE_INFINITY;
  return {
    update: (value, note) => {
      const now = performance.now();
      if (now - writtenAt < LINE_EVERY_MS && value < total) return;
      writtenAt = now;
      stream.write(`${label} ${value}/${total} ${note}\n`);
    },
    stop: () => {},
  };
}

/**
 * A progress bar where `stream` is a terminal, else a line every few seconds.
 *
 * @param total What `update` counts up to.
 */
export function startProgress(stream: NodeJS.WritableStream, label: string, total: number): Progress {
  const terminal = stream as NodeJS.WriteStream;
  const { update, stop } = terminal.isTTY
    ? progressBar(terminal, label, total)
    : progressLines(stream, label, total);
  return { update: (value, note) => update(value, plainLine(note)), stop };
}
