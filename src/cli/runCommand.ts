import { helpText, parseArguments, type ParsedArguments, type CommandSpec, UsageError } from './arguments.js';
import { COLORIZE_COMMAND, colorizeCommand } from './colorizeCommand.js';
import { DOCTOR_COMMAND, doctorCommand } from './doctorCommand.js';
import { EVALUATE_COMMAND, evaluateCommand } from './evaluateCommand.js';
import { EXPORT_COMMAND, exportCommand } from './exportCommand.js';
import { IMPORT_COMMAND, importCommand } from './importCommand.js';
import { INSPECT_COMMAND, inspectCommand } from './inspectCommand.js';
import { packageVersion } from './packageVersion.js';
import { errorLine, EXIT, type Terminal } from './terminal.js';
import { TRAIN_COMMAND, trainCommand } from './trainCommand.js';

interface Command {
  readonly spec: CommandSpec;
  readonly run: (args: ParsedArguments, terminal: Terminal) => Promise<number>;
}

const COMMANDS: readonly Command[] = [
  { spec: COLORIZE_COMMAND, run: colorizeCommand },
  { spec: TRAIN_COMMAND, run: trainCommand },
  { spec: EVALUATE_COMMAND, run: evaluateCommand },
  { spec: INSPECT_COMMAND, run: inspectCommand },
  { spec: IMPORT_COMMAND, run: importCommand },
  { spec: EXPORT_COMMAND, run: exportCommand },
  { spec: DOCTOR_COMMAND, run: doctorCommand },
];

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
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    (name === undefined ? terminal.stderr : terminal.stdout).write(overview());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === '--version' || name === '-v') {
    terminal.stdout.write(`${packageVersion()}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.find(({ spec }) => spec.name === name);
  if (command === undefined) throw new UsageError(`There is no command "${name}"; see "polyhue --help"`);
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
