import { CheckpointError } from '../errors.js';

/** The error of a store whose file has more bytes than it may. */
export function fileTooLarge(name: string, location: string, maxBytes: number): CheckpointError {
  return new CheckpointError(
    `Cannot read "${name}" of the checkpoint "${location}" as it has more than ${maxBytes} bytes: ` +
      'it is damaged, or another file of that name',
  );
}
