import { describe, expect, it } from 'vitest';

import { BackendError, CheckpointError, ImageError, ShapeError, TrainingError } from '../../src/errors.js';
import { packError, unpackError } from '../../src/worker/packError.js';

/** An error after its way through a message. */
const posted = (error: unknown): Error => unpackError(structuredClone(packError(error)));

describe('unpackError()', () => {
  it.each([BackendError, CheckpointError, ImageError, TrainingError, RangeError, TypeError, Error])(
    'gives an error of the class %s with message, stack and causes',
    (ErrorClass) => {
      const cause = new CheckpointError('The cause', { cause: new RangeError('its cause') });
      const error = new ErrorClass('The message', { cause });
      const found = posted(error);
      expect(found).toBeInstanceOf(ErrorClass);
      expect(Object.getPrototypeOf(found)).toBe(ErrorClass.prototype);
      expect([found.name, found.message, found.stack]).toEqual([error.name, 'The message', error.stack]);
      expect(found.cause).toBeInstanceOf(CheckpointError);
      expect((found.cause as Error).cause).toEqual(new RangeError('its cause'));
    },
  );

  it('keeps the fields of a ShapeError', () => {
    const error = new ShapeError('decode', 'z', ['batch', 3], [2, 4]);
    const found = posted(error) as ShapeError;
    expect(found).toBeInstanceOf(ShapeError);
    expect(found.message).toBe("Cannot decode as 'z' must have shape [batch, 3]: current shape is [2, 4]");
    expect([found.argument, found.expected, found.actual]).toEqual(['z', ['batch', 3], [2, 4]]);
  });

  it('keeps the name of a class it does not know, and of an abort', () => {
    const unknown = Object.assign(new Error('odd'), { name: 'OddError' });
    expect([posted(unknown).name, posted(unknown).message]).toEqual(['OddError', 'odd']);
    const abort = posted(new DOMException('given up', 'AbortError'));
    expect(abort).toBeInstanceOf(DOMException);
    expect([abort.name, abort.message]).toEqual(['AbortError', 'given up']);
  });

  it('makes an error of what is none', () => {
    expect(posted('only text')).toEqual(new Error('only text'));
  });
});
