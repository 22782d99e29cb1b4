import { describe, expect, it } from 'vitest';

import type { Checkpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { FormatError } from '../../src/errors.js';
import { memoryBytes } from '../../src/interchange/byteSource.js';
import { openArrays, readArrays } from '../../src/interchange/openArrays.js';
import {
  checkpointToSafetensors,
  safetensorsToCheckpoint,
} from '../../src/interchange/safetensorsCheckpoint.js';
import { writeSafetensors } from '../../src/interchange/writeSafetensors.js';
import { safetensorsWith } from './files.js';

/** Bit patterns that a round trip by way of numbers could change: NaN with a payload, -0, the least subnormal, infinity. */
const PATTERNS = Uint32Array.of(0x7fc00001, 0x80000000, 1, 0x7f800000, 0x3f800000, 0xff7fffff);
const bits = ({ buffer, byteOffset, length }: Float32Array | Int32Array) => [...new Uint32Array(buffer, byteOffset, length)]; // prettier-ignore

const tensors = new Map([
  ['scalar', { shape: [], values: Float32Array.of(0.5) }],
  ['bias', { shape: [2, 3], values: new Float32Array(PATTERNS.buffer) }],
  ['empty', { shape: [0, 4], values: new Float32Array(0) }],
  ['0', { shape: [2], values: Int32Array.of(-1, 2 ** 31 - 1) }],
]);

describe('writeSafetensors()', () => {
  it('writes what the specification says, with data at a multiple of eight bytes', () => {
    const bytes = writeSafetensors(new Map([['x', { shape: [1], values: Float32Array.of(1) }]]), { a: 'b' });
    const header = '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('keeps every bit, shape and text', async () => {
    const file = await openArrays(memoryBytes(writeSafetensors(tensors, { one: 'ä', two: '' })));
    expect(Object.fromEntries(file.metadata)).toEqual({ one: 'ä', two: '' });
    const read = await readArrays(file);
    expect([...read.keys()].toSorted()).toEqual([...tensors.keys()].toSorted());
    for (const [name, { shape, values }] of tensors) {
      expect(read.get(name)!.shape).toEqual(shape);
      expect(read.get(name)!.values.constructor).toBe(values.constructor);
      expect(bits(read.get(name)!.values)).toEqual(bits(values));
    }
  });

  it('refuses shapes that do not fit and the name that the format keeps', () => {
    expect(() => writeSafetensors(new Map([['x', { shape: [2], values: new Float32Array(3) }]]))).toThrow(
      "Cannot run writeSafetensors as 'x' must have shape [3]: current shape is [2]",
    );
    const reserved = new Map([['__metadata__', { shape: [1], values: new Float32Array(1) }]]);
    expect(() => writeSafetensors(reserved)).toThrow(
      `Cannot run writeSafetensors as 'tensors' must have other names: current value is "__metadata__"`,
    );
  });
});

describe('safetensorsToCheckpoint()', () => {
  const checkpoint: Checkpoint = { kind: 'test', metadata: { notes: ['a', null, 1.5] }, tensors };

  it('brings back what checkpointToSafetensors wrote', async () => {
    const file = await openArrays(memoryBytes(checkpointToSafetensors(checkpoint)));
    const { kind, metadata, tensors: read } = await safetensorsToCheckpoint(file);
    expect({ kind, metadata }).toEqual({ kind: 'test', metadata: { notes: ['a', null, 1.5] } });
    expect(bits(read.get('bias')!.values)).toEqual([...PATTERNS]);
  });

  it.each([
    [{}, 'Cannot read "x" as it has no text "polyhue.kind" or "polyhue.metadata": it is not a checkpoint'],
    [{ 'polyhue.kind': 'a', 'polyhue.metadata': '{' }, 'Cannot read "x" as its text "polyhue.metadata" is not JSON: it is damaged'],
  ])('refuses a file with the texts %j', async (texts, message) => {
    const file = await openArrays(memoryBytes(safetensorsWith({ __metadata__: texts }, 0), 'x'));
    await expect(safetensorsToCheckpoint(file)).rejects.toThrow(FormatError);
    await expect(safetensorsToCheckpoint(file)).rejects.toThrow(message);
  }); // prettier-ignore

  it('refuses texts of a header that are none', async () => {
    const bytes = safetensorsWith({ __metadata__: { a: 1 } }, 0);
    await expect(openArrays(memoryBytes(bytes, 'x'))).rejects.toThrow(
      'Cannot read "x" as its header is not valid, \'__metadata__.a\' must be a text and is 1: it is damaged or cut off',
    );
  });
});
