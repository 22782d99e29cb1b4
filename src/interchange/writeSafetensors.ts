import { sizeOf } from '../checkpoint/manifest.js';
import type { TensorData } from '../checkpoint/tensorData.js';
import { argumentMessage, ShapeError } from '../errors.js';
import { METADATA_KEY } from './safetensors.js';

const ACTION = 'run writeSafetensors';
/** Data begins at a multiple of this many bytes, so that readers can map it to memory. */
const ALIGNMENT = 8;

function headerOf(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let begin = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    if (name === METADATA_KEY)
      throw new TypeError(argumentMessage(ACTION, 'tensors', 'have other names', METADATA_KEY));
    if (sizeOf(shape) !== values.length) throw new ShapeError(ACTION, name, [values.length], shape);
    const end = begin + values.byteLength;
    const entry = {
      dtype: values instanceof Int32Array ? 'I32' : 'F32',
      shape,
      data_offsets: [begin, end],
    };
    begin = end;
    return [name, entry] as const;
  });
  const texts = Object.keys(metadata).length === 0 ? [] : [[METADATA_KEY, metadata] as const];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...texts, ...entries])));
  const padded = new Uint8Array(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT).fill(' '.charCodeAt(0));
  padded.set(json);
  return padded;
}

/**
 * Tensors as a `.safetensors` file, bit for bit: float32 as F32, int32 as I32.
 *
 * @param metadata Texts to keep beside the tensors.
 * @returns The content of the file; `openArrays` reads it, and so does every other reader of the format.
 * @throws {ShapeError} If a shape does not fit its values.
 * @throws {TypeError} If a tensor is called `"__metadata__"`, a name that the format keeps for itself.
 * @see Hugging Face, safetensors, "Format", https://github.com/huggingface/safetensors.
 *
 * @example
 * ```ts
 * import { memoryBytes, openArrays, writeSafetensors } from 'polyhue/interchange';
 *
 * const bias = { shape: [2], values: Float32Array.of(1, 2) };
 * const bytes = writeSafetensors(new Map([['bias', bias]]), { made: 'by hand' });
 * const file = await openArrays(memoryBytes(bytes));
 * ```
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = headerOf(tensors, metadata);
  const parts = [...tensors.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  const bytes = new Uint8Array(8 + header.length + parts.reduce((sum, { length }) => sum + length, 0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let offset = 8 + header.length;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
