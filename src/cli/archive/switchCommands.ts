import type { ArchiveQueue } from '../../queue/archiveQueue.js';
import type { CommandSpec, ParsedArguments } from '../arguments.js';
import { EXIT, type Terminal } from '../terminal.js';
import { HELP_OPTION, QUEUE_OPTIONS, withQueue } from './archiveOptions.js';

function switchSpec(verb: string, summary: string): CommandSpec {
  return {
    name: `archive ${verb}`,
    operands: '',
    summary,
    options: { ...QUEUE_OPTIONS, help: HELP_OPTION },
    examples: [`polyhue archive ${verb}`, `polyhue archive ${verb} --queue museum`],
  };
}

/** Does one thing to a queue and says so. */
function switchCommand(act: (queue: ArchiveQueue) => Promise<string>) {
  return async (args: ParsedArguments, terminal: Terminal): Promise<number> => {
    terminal.stdout.write(`${await withQueue(args, terminal, act)}\n`);
    return EXIT.done;
  };
}

export const PAUSE_COMMAND = switchSpec(
  'pause',
  'Lets no worker take a further photo; those under way are finished.',
);

export const pauseCommand = switchCommand(async (queue) => {
  await queue.pause();
  return 'Paused';
});

export const RESUME_COMMAND = switchSpec('resume', 'Lets workers take photos again.');

export const resumeCommand = switchCommand(async (queue) => {
  await queue.resume();
  return 'Resumed';
});

export const DRAIN_COMMAND = switchSpec(
  'drain',
  'Takes the photos that wait out of a queue. Those that are done or failed stay known to it.',
);

export const drainCommand = switchCommand(async (queue) => `${await queue.drain()} photos taken out`);
