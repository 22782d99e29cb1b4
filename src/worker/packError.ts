import { BackendError, CheckpointError, ImageError, ShapeError, TrainingError } from '../errors.js';

/** An error as it crosses from one thread to another: messages keep neither the class nor the fields of ours. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: PackedError | null;
  /** What a `ShapeError` holds beside its message. */
  readonly shape: Pick<ShapeError, 'argument' | 'expected' | 'actual'> | null;
}

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

/** Classes that an error keeps, by the names that errors carry; any other becomes an `Error` of its name. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  BackendError,
  CheckpointError,
  ImageError,
  RangeError,
  TrainingError,
  TypeError,
};

/** The form in which an error can be posted, with its causes. */
export function packError(error: unknown): PackedError {
  if (!(error instanceof Error) && !(error instanceof DOMException)) {
    return { name: 'Error', message: String(error), stack: undefined, cause: null, shape: null };
  }
  const { name, message, stack, cause } = error as Error;
  const shape =
    error instanceof ShapeError
      ? { argument: error.argument, expected: error.expected, actual: error.actual }
      : null;
  return { name, message, stack, cause: cause === undefined ? null : packError(cause), shape };
}

function emptyError({ name, shape }: PackedError, options: ErrorOptions): Error {
  if (shape !== null) return new ShapeError('', shape.argument, shape.expected, shape.actual);
  const known = CLASSES[name];
  if (known !== undefined) return new known('', options);
  return Object.defineProperty(new Error('', options), 'name', { value: name, configurable: true });
}

/** The error that was packed: of the same class, with the same fields, message and stack. */
export function unpackError(packed: PackedError): Error {
  const { name, message, stack, cause } = packed;
  if (name === 'AbortError' || name === 'TimeoutError') return new DOMException(message, name);
  const error = emptyError(packed, cause === null ? {} : { cause: unpackError(cause) });
  for (const [key, value] of Object.entries({ message, stack }))
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  return error;
}
