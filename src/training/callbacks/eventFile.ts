import { maskedCrc32c } from './crc32c.js';

/** What one record of a TensorBoard event file says. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** Values by tag. */
  readonly scalars: Readonly<Record<string, number>>;
}

const VERSION = 'brain.Event:2';

/** Protocol Buffers wire types. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Field numbers of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2 };

/** A non-negative safe integer, seven bits a byte, the lowest first; bit operations would cut it to 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function key(fieldNumber: number, wireType: number): number[] {
  return varint(fieldNumber * 8 + wireType);
}

function numberField(
  fieldNumber: number,
  wireType: typeof FIXED_32 | typeof FIXED_64,
  value: number,
): number[] {
  const bytes = new Uint8Array(wireType === FIXED_32 ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (wireType === FIXED_32) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return [...key(fieldNumber, wireType), ...bytes];
}

function bytesField(fieldNumber: number, bytes: ArrayLike<number>): number[] {
  return [...key(fieldNumber, LENGTH_DELIMITED), ...varint(bytes.length), ...Array.from(bytes)];
}

function textField(fieldNumber: number, text: string): number[] {
  return bytesField(fieldNumber, new TextEncoder().encode(text));
}

/** Frames one record: length, check of the length, data, check of the data; all numbers little-endian. */
function record(message: readonly number[]): Uint8Array {
  const data = Uint8Array.from(message);
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** The record that every event file starts with. */
export function eventFileStart(wallTime: number): Uint8Array {
  return record([
    ...numberField(EVENT.wallTime, FIXED_64, wallTime),
    ...textField(EVENT.fileVersion, VERSION),
  ]);
}

/**
 * One record of a TensorBoard event file.
 *
 * @see TensorFlow, tensorflow/core/util/event.proto and tensorflow/core/lib/io/record_writer.h.
 */
export function scalarEvent({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const summary = Object.entries(scalars).flatMap(([tag, value]) =>
    bytesField(SUMMARY.value, [
      ...textField(VALUE.tag, tag),
      ...numberField(VALUE.simpleValue, FIXED_32, value),
    ]),
  );
  return record([
    ...numberField(EVENT.wallTime, FIXED_64, wallTime),
    ...key(EVENT.step, VARINT),
    ...varint(step),
    ...bytesField(EVENT.summary, summary),
  ]);
}
