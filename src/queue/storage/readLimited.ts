import { PhotoRefusedError } from '../../errors.js';

const FIRST_BYTES = 2 ** 16;

/** A copy with room for `length` bytes, and for as many again as there are. */
function enlarged(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(Math.max(length, 2 * bytes.length));
  result.set(bytes);
  return result;
}

/**
 * A whole body, whatever length its server has announced.
 *
 * @throws {PhotoRefusedError} As soon as it has more than `maxBytes`.
 */
export async function readLimited(
  body: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  // Not a list of chunks: a server can send each byte in a chunk of its own, which takes a hundred times its memory.
  let bytes = new Uint8Array(FIRST_BYTES);
  let length = 0;
  for await (const chunk of body) {
    if (length + chunk.length > maxBytes)
      throw new PhotoRefusedError(`Cannot read "${name}" as it has more than ${maxBytes} bytes`);
    if (length + chunk.length > bytes.length) bytes = enlarged(bytes, length + chunk.length);
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return bytes.subarray(0, length);
}
