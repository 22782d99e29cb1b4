/** The Castagnoli polynomial, bits in reverse. */
const POLYNOMIAL = 0x82f63b78;

const MASK_DELTA = 0xa282ead8;

function tableEntry(byte: number): number {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  }
  return remainder >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => tableEntry(byte));

/**
 * Cyclic redundancy check CRC-32C of bytes.
 *
 * @returns An integer from 0 to 2**32 - 1.
 * @see RFC 3720: Internet Small Computer Systems Interface, 2004, section 12.1 and appendix B.4 (test values).
 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = TABLE[(remainder ^ byte) & 0xff]! ^ (remainder >>> 8);
  return ~remainder >>> 0;
}

/** The check as TFRecord files store it: rotated and shifted, so that a check of data that hold checks stays strong. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const check = crc32c(bytes);
  return (((check >>> 15) | (check << 17)) + MASK_DELTA) >>> 0;
}
