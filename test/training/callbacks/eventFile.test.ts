import { describe, expect, it } from 'vitest';

import { crc32c, maskedCrc32c } from '../../../src/training/callbacks/crc32c.js';
import { eventFileStart, scalarEvent, type ScalarEvent } from '../../../src/training/callbacks/eventFile.js';
import golden from '../../golden/tensorboard.json' with { type: 'json' };

const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

describe('crc32c()', () => {
  it('gives the check values of RFC 3720', () => {
    for (const { data, crc32c: check } of golden.checks) expect(crc32c(fromHex(data))).toBe(check);
    expect(crc32c(new Uint8Array())).toBe(0);
  });

  it('is a 32-bit number when masked too', () => {
    for (const { data } of golden.checks) {
      const masked = maskedCrc32c(fromHex(data));
      expect(masked).toBe(masked >>> 0);
    }
  });
});

describe('eventFileStart() and scalarEvent()', () => {
  it('write the records that protobuf writes, byte for byte', () => {
    const records = [
      eventFileStart(golden.startWallTime),
      ...(golden.events as unknown as ScalarEvent[]).map(scalarEvent),
    ];
    expect(records.map(toHex)).toEqual(golden.records);
  });
});
