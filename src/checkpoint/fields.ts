import { argumentMessage } from '../errors.js';

/** Characters of a value that are quoted in a message. */
const MAX_QUOTED = 60;

/** Fields of a JSON object that nobody has checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** A field that is not as it must be; `messageFor` says so once it is known what the caller was about to do. */
export class FieldError extends Error {
  override readonly name = 'FieldError';

  constructor(
    /** Path of the field, for example `files[0].name`. */
    readonly where: string,
    readonly rule: string,
    readonly value: unknown,
  ) {
    super(`'${where}' must ${rule}`);
  }

  /** The value as messages give it: short, and without what objects and lists hold, whose texts may not be made. */
  get shown(): unknown {
    return clip(this.value);
  }

  messageFor(action: string): string {
    return argumentMessage(action, this.where, this.rule, this.shown);
  }
}

function clip(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_QUOTED) return `${value.slice(0, MAX_QUOTED)}...`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? {} : value;
}

/** @throws {FieldError} If it does not hold. */
export function assertField(holds: boolean, where: string, rule: string, value: unknown): asserts holds {
  if (!holds) throw new FieldError(where, rule, value);
}

/** @throws {FieldError} If `value` is not an object. */
export function fieldsOf(where: string, value: unknown): Fields {
  const holds = typeof value === 'object' && value !== null && !Array.isArray(value);
  assertField(holds, where, 'be an object', value);
  return value as Fields;
}

/** @throws {FieldError} If `value` is not a list of at most `most` elements. */
export function listOf(where: string, value: unknown, most: number): readonly unknown[] {
  const holds = Array.isArray(value) && value.length <= most;
  assertField(holds, where, `be a list of at most ${most}`, value);
  return value;
}

/** @throws {FieldError} If `value` is not a text of 1 to `most` characters. */
export function textOf(where: string, value: unknown, most: number): string {
  const holds = typeof value === 'string' && value.length > 0 && value.length <= most;
  assertField(holds, where, `be a text of 1 to ${most} characters`, value);
  return value;
}

/** @throws {FieldError} If `value` is not a non-negative safe integer. */
export function countOf(where: string, value: unknown): number {
  const holds = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  assertField(holds, where, 'be a non-negative integer', value);
  return value;
}
