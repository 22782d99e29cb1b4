import { CheckpointError } from '../errors.js';

/**
 * SHA-256 of `bytes` as 64 hexadecimal digits.
 *
 * @throws {CheckpointError} If the page has no Web Crypto, which browsers offer to secure pages only.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new CheckpointError(
      'Cannot check a checkpoint as there is no Web Crypto here: serve the page over HTTPS or from localhost',
    );
  }
  // Shared memory, which the type excludes, is never passed.
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
