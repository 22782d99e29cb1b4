import { crc32 } from 'node:zlib';

/** Begins every cache, of any version. */
const MAGIC = Buffer.from('polyhue images\n\0', 'latin1');
const VERSION = 1;
/** Magic (16), version (4), count (4), offset of the table (8), CRC-32 of the table (4), zeros (4), key (32). */
export const HEADER_BYTES = 72;
/** Offset (8), width, height, channels and CRC-32 of the pixels (4 each). */
const RECORD_BYTES = 24;

/** Where the pixels of a picture are in a cache. */
interface CachedPicture {
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly checksum: number;
}

/** What a cache holds of each picture of a source. */
export interface PictureTable {
  /** Undefined for a picture that could not be read when the cache was made. */
  readonly get: (index: number) => CachedPicture | undefined;
  readonly set: (index: number, picture: CachedPicture) => void;
  /** As it is written to the file, little-endian. */
  readonly bytes: Buffer;
}

/** A table over `bytes`, which `set` changes. */
function tableOver(bytes: Buffer): PictureTable {
  return {
    bytes,
    get: (index) => {
      const at = index * RECORD_BYTES;
      const [width, height, channels, checksum] = [8, 12, 16, 20].map((skip) =>
        bytes.readUInt32LE(at + skip),
      );
      if (width === 0) return undefined;
      return {
        offset: bytes.readDoubleLE(at),
        width: width!,
        height: height!,
        channels: channels!,
        checksum: checksum!,
      };
    },
    set: (index, { offset, width, height, channels, checksum }) => {
      const at = bytes.writeDoubleLE(offset, index * RECORD_BYTES);
      for (const [k, value] of [width, height, channels, checksum].entries()) {
        bytes.writeUInt32LE(value, at + 4 * k);
      }
    },
  };
}

/** A table without a picture. */
export function pictureTable(count: number): PictureTable {
  return tableOver(Buffer.alloc(count * RECORD_BYTES));
}

/** @param key SHA-256 of what the cache was made of, in hexadecimal. */
export function encodeHeader(table: PictureTable, tableOffset: number, key: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 16);
  header.writeUInt32LE(table.bytes.length / RECORD_BYTES, 20);
  header.writeDoubleLE(tableOffset, 24);
  header.writeUInt32LE(crc32(table.bytes), 32);
  header.write(key, 40, 'hex');
  return header;
}

/** What is to be known before the table of a cache can be read. */
interface TablePlace {
  readonly offset: number;
  readonly bytes: number;
  readonly checksum: number;
}

/**
 * The table's place; undefined where the cache is of another version, was made of something else or was cut short.
 *
 * @param header The first bytes of a file for which {@link isCache} holds.
 */
export function tablePlace(header: Buffer, fileBytes: number, key: string): TablePlace | undefined {
  if (header.length < HEADER_BYTES || header.readUInt32LE(16) !== VERSION) return undefined;
  const place = {
    offset: header.readDoubleLE(24),
    bytes: header.readUInt32LE(20) * RECORD_BYTES,
    checksum: header.readUInt32LE(32),
  };
  const fits = header.toString('hex', 40) === key && place.offset + place.bytes === fileBytes;
  return fits ? place : undefined;
}

/** Whether a file is a cache of any version by its first bytes. */
export function isCache(header: Buffer): boolean {
  return header.subarray(0, MAGIC.length).equals(MAGIC);
}

/** The table that was read; undefined where it is damaged. */
export function decodeTable(
  bytes: Buffer,
  { bytes: length, checksum }: TablePlace,
): PictureTable | undefined {
  return bytes.length === length && crc32(bytes) === checksum ? tableOver(bytes) : undefined;
}
