import { PhotoRefusedError } from '../../errors.js';

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
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes)
      throw new PhotoRefusedError(`Cannot read "${name}" as it has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
