import golden from '../golden/interchange.json' with { type: 'json' };
import { memoryBytes } from '../../src/interchange/byteSource.js';

/** What base64 text stands for. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export type GoldenFile = keyof typeof golden.files;
export type RefusedFile = keyof typeof golden.refused;

export const GOLDEN_FILES = Object.keys(golden.files) as GoldenFile[];

/** A file that PyTorch, NumPy or the specification of safetensors made. */
export const goldenFile = (name: GoldenFile): Uint8Array => fromBase64(golden.files[name]);

/** Names that a pickle may not ask for. */
export const FORBIDDEN_GLOBALS = Object.keys(golden.forbidden) as (keyof typeof golden.forbidden)[];

/** A file of PyTorch whose pickle asks for a name beside a tensor. */
export const forbiddenFile = (name: keyof typeof golden.forbidden): Uint8Array =>
  fromBase64(golden.forbidden[name]);

/** A file that must not be read. */
export const refusedFile = (name: RefusedFile): Uint8Array => fromBase64(golden.refused[name]);

interface GoldenArray {
  readonly shape: readonly number[];
  readonly integer: boolean;
  readonly values: readonly (number | string)[];
}

/** What is in a file, as Python says. */
export const goldenArrays = (name: GoldenFile): Map<string, GoldenArray> =>
  new Map(Object.entries<GoldenArray>(golden.arrays[name]));

export const sourceOf = (bytes: Uint8Array, name = 'weights') => memoryBytes(bytes, name);

/** A copy of bytes with some of them replaced. */
export function patched(bytes: Uint8Array, at: number, values: ArrayLike<number>): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

/** Place of a text in bytes, the last of its kind with `last`. */
export function placeOf(bytes: Uint8Array, text: string, last = false): number {
  const latin = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const at = last ? latin.lastIndexOf(text) : latin.indexOf(text);
  if (at < 0) throw new Error(`There is no "${text}"`);
  return at;
}

/** A safetensors file with a header as given and `dataBytes` zeros. */
export function safetensorsWith(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  return bytes;
}
