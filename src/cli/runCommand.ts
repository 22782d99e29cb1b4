import { helpText, parseArguments, type ParsedArguments, type CommandSpec, UsageError } from './arguments.js';
import { ENQUEUE_COMMAND, enqueueCommand } from './archive/enqueueCommand.js';
import { FAILED_COMMAND, failedCommand } from './archive/failedCommand.js';
import {
  DRAIN_COMMAND,
  drainCommand,
  PAUSE_COMMAND,
  pauseCommand,
  RESUME_COMMAND,
  resumeCommand,
} from './archive/switchCommands.js';
import { STATUS_COMMAND, statusCommand } from './archive/statusCommand.js';
import { WORK_COMMAND, workCommand } from './archive/workCommand.js';
import { colorizeCommand } from './colorizeCommand.js';
import { COLORIZE_COMMAND } from './colorizeRequest.js';
import { DOCTOR_COMMAND, doctorCommand } from './doctorCommand.js';
import { EVALUATE_COMMAND, evaluateCommand } from './evaluateCommand.js';
import { EXPORT_COMMAND, exportCommand } from './exportCommand.js';
import { IMPORT_COMMAND, importCommand } from './importCommand.js';
import { INSPECT_COMMAND, inspectCommand } from './inspectCommand.js';
import { packageVersion } from './packageVersion.js';
import { errorLine, EXIT, type Terminal } from './terminal.js';
import { trainCommand } from './trainCommand.js';
import { TRAIN_COMMAND } from './trainRequest.js';

interface Command {
  readonly spec: CommandSpec;
  readonly run: (args: ParsedArguments, terminal: Terminal) => Promise<number>;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  { spec: COLORIZE_COMMAND, run: colorizeCommand },
  { spec: TRAIN_COMMAND, run: trainCommand },
  { spec: EVALUATE_COMMAND, run: evaluateCommand },
  { spec: INSPECT_COMMAND, run: inspectCommand },
  { spec: IMPORT_COMMAND, run: importCommand },
  { spec: EXPORT_COMMAND, run: exportCommand },
  { spec: ENQUEUE_COMMAND, run: enqueueCommand },
  { spec: WORK_COMMAND, run: workCommand },
  { spec: STATUS_COMMAND, run: statusCommand },
  { spec: PAUSE_COMMAND, run: pauseCommand },
  { spec: RESUME_COMMAND, run: resumeCommand },
  { spec: DRAIN_COMMAND, run: drainCommand },
  { spec: FAILED_COMMAND, run: failedCommand },
  { spec: DOCTOR_COMMAND, run: doctorCommand },
];

/** The command that arguments begin with, of one word or two, and what follows it. */
export function commandOf(args: readonly string[]): {
  readonly command: Command;
  readonly rest: readonly string[];
} {
  for (const words of [2, 1]) {
    const command = COMMANDS.find(({ spec }) => spec.name === args.slice(0, words).join(' '));
    if (command !== undefined) return { command, rest: args.slice(words) };
  }
  const alike = COMMANDS.flatMap(({ spec: { name } }) => (name.startsWith(`${args[0]} `) ? [name] : []));
  if (alike.length === 0) throw new UsageError(`There is no command "${args[0]}"; see "polyhue --help"`);
  throw new UsageError(`There is no command "${args.slice(0, 2).join(' ')}"; use ${alike.join(', ')}`);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ spec }) => spec.name.length));
  const lines = COMMANDS.map(({ spec }) => `  ${spec.name.padEnd(width)}  ${spec.summary.split(/[:.]/)[0]}`);
  return [
    'Usage: polyhue <command> [options]',
    '',
    'Several colorizations of a grey photo, by networks that you can train yourself.',
    '',
    'Commands:',
    ...lines,
    '',
    'Run "polyhue <command> --help" for its options.',
    '',
  ].join('\n');
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    (name === undefined ? terminal.stderr : terminal.stdout).write(overview());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version' || name === '-v') {
    terminal.stdout.write(`${packageVersion()}\n`);
    return EXIT.done;
  }
  const { command, rest } = commandOf(args);
  const parsed = parseArguments(command.spec, rest);
  if (!parsed.switched('help')) return command.run(parsed, terminal);
  terminal.stdout.write(helpText(command.spec));
  return EXIT.done;
}

/**
 * Carries out a command line.
 *
 * @param args Arguments after the name of the program.
 * @returns The exit code: 0 done, 1 failed in part or whole, 2 the command line is wrong, 130 stopped by the person.
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (terminal.signal.aborted) {
      terminal.stderr.write('Stopped\n');
      return EXIT.stopped;
    }
    terminal.stderr.write(`${errorLine(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.someFailed;
  }
}
