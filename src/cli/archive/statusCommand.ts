import { setTimeout as sleep } from 'node:timers/promises';

import type { CommandSpec, ParsedArguments } from '../arguments.js';
import { EXIT, type Terminal, writeJsonLine } from '../terminal.js';
import { HELP_OPTION, QUEUE_OPTIONS, withQueue } from './archiveOptions.js';
import { statusText } from './statusText.js';

const EVERY_MS = 5000;

export const STATUS_COMMAND: CommandSpec = {
  name: 'archive status',
  operands: '',
  summary: 'Says how far a queue has come: photos done, in work and failed, photos per second, time left.',
  options: {
    watch: { description: 'say it every five seconds, until all is done' },
    ...QUEUE_OPTIONS,
    json: { description: 'write JSON to standard output' },
    help: HELP_OPTION,
  },
  examples: ['polyhue archive status', 'polyhue archive status --queue museum --watch'],
};

/** Carries out `polyhue archive status`. */
export async function statusCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const { stdout, signal } = terminal;
  return withQueue(args, terminal, async (queue) => {
    for (;;) {
      const status = await queue.status();
      if (args.switched('json')) writeJsonLine(stdout, status);
      else stdout.write(`${statusText(status)}\n`);
      const left = status.waiting + status.active + status.delayed;
      if (!args.switched('watch') || (left === 0 && !status.isListing)) return EXIT.done;
      await sleep(EVERY_MS, undefined, { signal });
    }
  });
}
