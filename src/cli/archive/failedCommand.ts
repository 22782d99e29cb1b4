import type { CommandSpec, ParsedArguments } from '../arguments.js';
import { EXIT, plainLine, type Terminal, writeJsonLine } from '../terminal.js';
import { HELP_OPTION, QUEUE_OPTIONS, withQueue } from './archiveOptions.js';

export const FAILED_COMMAND: CommandSpec = {
  name: 'archive failed',
  operands: '',
  summary: 'Lists the dead letters of a queue: photos that nobody tries any more, with the reason.',
  options: {
    retry: { description: 'let all of them wait again' },
    ...QUEUE_OPTIONS,
    json: { description: 'write one JSON object per photo' },
    help: HELP_OPTION,
  },
  examples: [
    'polyhue archive failed',
    'polyhue archive failed --json > failed.jsonl',
    'polyhue archive failed --retry',
  ],
};

/** Carries out `polyhue archive failed`. */
export async function failedCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const { stdout } = terminal;
  return withQueue(args, terminal, async (queue) => {
    if (args.switched('retry')) {
      stdout.write(`${await queue.retryDeadLetters()} photos wait again\n`);
      return EXIT.done;
    }
    for await (const letter of queue.deadLetters()) {
      if (args.switched('json')) writeJsonLine(stdout, letter);
      else stdout.write(`${plainLine(`${letter.input}: ${letter.reason}`)}\n`);
    }
    return EXIT.done;
  });
}
