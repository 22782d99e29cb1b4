import { parseArgs } from 'node:util';

import {
  argumentMessage,
  assertBetween,
  assertNonNegative,
  assertNonNegativeInteger,
  assertOneOf,
  assertPositive,
  assertPositiveInteger,
} from '../errors.js';

const ACTION = 'read the command line';

/** A command line that cannot be carried out as written; the program ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One option of a command, as its help shows it and its value is checked. */
interface OptionSpec {
  /** Stands for the value in the help; absent for a switch. */
  readonly value?: string;
  readonly description: string;
  readonly short?: string;
  readonly required?: boolean;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
}

/** A command: its operands, its options and what its help says. */
export interface CommandSpec {
  readonly name: string;
  readonly operands: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
}

/** The operands and option values of one call, still as text. */
export interface ParsedArguments {
  readonly operands: readonly string[];
  readonly text: (option: string) => string | undefined;
  /** The values of an option that may be given several times, in their order. */
  readonly texts: (option: string) => readonly string[];
  readonly switched: (option: string) => boolean;
}

type Parsed = {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  positionals: string[];
};

/**
 * Splits the arguments of a command into operands and option values.
 *
 * @throws {UsageError} If an option is unknown, lacks its value or is required and absent.
 */
export function parseArguments(command: CommandSpec, args: readonly string[]): ParsedArguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { value, short, multiple = false }]) => [
      name,
      {
        type: value === undefined ? 'boolean' : 'string',
        multiple,
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
  );
  let parsed: Parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const [firstSentence] = (cause as Error).message.split(/\.\s/);
    throw new UsageError(`${firstSentence}; see "polyhue ${command.name} --help"`, { cause });
  }
  const { values, positionals } = parsed;
  for (const [name, { required = false }] of Object.entries(command.options)) {
    if (required && !values[name] && values['help'] !== true)
      throw new UsageError(`Option '--${name}' is required; see "polyhue ${command.name} --help"`);
  }
  return {
    operands: positionals,
    text: (option) => values[option] as string | undefined,
    texts: (option) => (values[option] ?? []) as string[],
    switched: (option) => values[option] === true,
  };
}

/** The help of a command: usage, operands, options in a column, examples. */
export function helpText(command: CommandSpec): string {
  const rows = Object.entries(command.options).map(([name, { value, short, description }]) => {
    const flags = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return [flags, description] as const;
  });
  const width = Math.max(...rows.map(([flags]) => flags.length));
  return [
    `Usage: ${['polyhue', command.name, command.operands, '[options]'].filter((word) => word !== '').join(' ')}`,
    '',
    command.summary,
    '',
    'Options:',
    ...rows.map(([flags, description]) => `  ${flags.padEnd(width)}  ${description}`),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

/** Runs a range check and turns its error into a {@link UsageError}. */
function checked<T>(
  option: string,
  value: T,
  check: (action: string, argument: string, value: T) => void,
): T {
  try {
    check(ACTION, `--${option}`, value);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  return value;
}

type NumberCheck = (action: string, argument: string, value: number) => void;
type NumberReader = (args: ParsedArguments, option: string) => number | undefined;

const numberReader =
  (check: NumberCheck): NumberReader =>
  (args, option) => {
    const text = args.text(option);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isNaN(value)) return checked(option, value, check);
    throw new UsageError(argumentMessage(ACTION, `--${option}`, 'be a number', text));
  };

/** The value of an option that takes an integer of at least 1. */
export const positiveInteger = numberReader(assertPositiveInteger);

/** The value of an option that takes an integer of at least 0, such as a seed. */
export const nonNegativeInteger = numberReader(assertNonNegativeInteger);

/** The value of an option that takes a number above 0. */
export const positiveNumber = numberReader(assertPositive);

/** The value of an option that takes a number of at least 0. */
export const nonNegativeNumber = numberReader(assertNonNegative);

/** The value of an option that takes a number from `least` to `most`. */
export const numberBetween = (least: number, most: number): NumberReader =>
  numberReader((action, argument, value) => assertBetween(action, argument, value, [least, most]));

/** The value of an option that takes one of a few words. */
export function choice<T extends string>(
  args: ParsedArguments,
  option: string,
  choices: readonly T[],
): T | undefined {
  const text = args.text(option);
  if (text === undefined) return undefined;
  return checked(option, text as T, (action, argument, value) =>
    assertOneOf(action, argument, value, choices),
  );
}

/** The value of an option that names something: a folder, a file, an address. */
export function place(args: ParsedArguments, option: string): string | undefined {
  const text = args.text(option);
  if (text !== '') return text;
  throw new UsageError(argumentMessage(ACTION, `--${option}`, 'be a name', text));
}
