import { type ByteSource, formatError, readRange, readSize, viewOf } from './byteSource.js';
import { crc32 } from './crc32.js';

/** Signatures of the records of a zip archive, and the bytes of each before its texts. */
const END = { signature: 0x06054b50, bytes: 22 };
const END_64_LOCATOR = { signature: 0x07064b50, bytes: 20 };
const END_64 = { signature: 0x06064b50, bytes: 56 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const MAX_COMMENT_BYTES = 0xffff;
/** Stands for a number that is too large for its field and follows in the extra field of this kind. */
const IN_EXTRA = 0xffffffff;
const ZIP_64_EXTRA = 1;
const ENCRYPTED = 1;
/** Archives with more are refused: no file of weights has as many. */
const MAX_ENTRIES = 100_000;
const MAX_DIRECTORY_BYTES = 2 ** 25;
/** Bytes that one byte can stand for after deflation, at most. */
const MAX_DEFLATION = 1032;
const STORED = 0;
const DEFLATED = 8;

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: typeof STORED | typeof DEFLATED;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly storedBytes: number;
  /** Bytes of the file itself. */
  readonly bytes: number;
  /** Place of the entry's own record. */
  readonly offset: number;
}

interface Directory {
  readonly entries: number;
  readonly bytes: number;
  readonly offset: number;
}

/** Whether bytes are the beginning of a zip archive. */
export function isZip(head: Uint8Array): boolean {
  return head.length >= 4 && viewOf(head).getUint32(0, true) === LOCAL.signature;
}

/** The directory as a record for large archives gives it; the record is named by one before the `end` of the archive. */
async function largeDirectory(source: ByteSource, end: number): Promise<Directory | undefined> {
  const place = end - END_64_LOCATOR.bytes;
  if (place < 0) return undefined;
  const locator = viewOf(await source.read(place, END_64_LOCATOR.bytes));
  if (locator.getUint32(0, true) !== END_64_LOCATOR.signature) return undefined;
  const at = readSize(source, locator, 8);
  const view = viewOf(await readRange(source, 'the directory of the archive', [at, END_64.bytes]));
  if (view.getUint32(0, true) !== END_64.signature) return undefined;
  const [entries, bytes, offset] = [32, 40, 48].map((field) => readSize(source, view, field));
  return { entries: entries!, bytes: bytes!, offset: offset! };
}

/** Finds the directory at the end of the archive, behind which there may be a comment. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const tailBytes = Math.min(source.size, END.bytes + MAX_COMMENT_BYTES);
  const start = source.size - tailBytes;
  const view = viewOf(await source.read(start, tailBytes));
  for (let at = tailBytes - END.bytes; at >= 0; at--) {
    const comment = tailBytes - END.bytes - at;
    if (view.getUint32(at, true) !== END.signature || view.getUint16(at + 20, true) !== comment) continue;
    const large = await largeDirectory(source, start + at);
    if (large !== undefined) return large;
    const [entries, bytes, offset] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ];
    return { entries, bytes, offset };
  }
  throw formatError(
    source.location,
    'it has no directory at its end: it is cut off, copy or download it again',
  );
}

/** Numbers that did not fit their fields, in the order of the format, from the extra field of an entry. */
function largeNumbers(source: ByteSource, extra: Uint8Array): () => number {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP_64_EXTRA) continue;
    const end = Math.min(extra.length, at + 4 + view.getUint16(at + 2, true));
    let next = at + 4;
    return () => {
      if (next + 8 > end)
        throw formatError(source.location, 'its directory is damaged: copy or download it again');
      next += 8;
      return readSize(source, view, next - 8);
    };
  }
  return () => IN_EXTRA;
}

function assertReadable(source: ByteSource, name: string, flags: number, method: number): void {
  const what = `its part ${JSON.stringify(name)}`;
  if (flags & ENCRYPTED) throw formatError(source.location, `${what} is encrypted: decrypt it first`);
  if (method === STORED || method === DEFLATED) return;
  throw formatError(
    source.location,
    `${what} is compressed by method ${method}: save it again without compression`,
  );
}

/** Reads the entry of the directory at `at`; returns it with the place of the next. */
function parseEntry(
  source: ByteSource,
  directory: Uint8Array,
  at: number,
): { entry: ZipEntry; next: number } {
  const damaged = () => formatError(source.location, 'its directory is damaged: copy or download it again');
  const view = viewOf(directory);
  if (at + ENTRY.bytes > directory.length || view.getUint32(at, true) !== ENTRY.signature) throw damaged();
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const nameEnd = at + ENTRY.bytes + nameBytes!;
  const next = nameEnd + extraBytes! + commentBytes!;
  if (next > directory.length) throw damaged();
  const name = new TextDecoder().decode(directory.subarray(at + ENTRY.bytes, nameEnd));
  const [flags, method] = [8, 10].map((field) => view.getUint16(at + field, true));
  assertReadable(source, name, flags!, method!);
  const large = largeNumbers(source, directory.subarray(nameEnd, nameEnd + extraBytes!));
  const [bytes, storedBytes, offset] = [24, 20, 42].map((field) => {
    const value = view.getUint32(at + field, true);
    return value === IN_EXTRA ? large() : value;
  });
  const entry = {
    name,
    method: method as ZipEntry['method'],
    crc: view.getUint32(at + 16, true),
    storedBytes: storedBytes!,
    bytes: bytes!,
    offset: offset!,
  };
  return { entry, next };
}

/**
 * The files in a zip archive by name. Names are only names: nothing is ever written under them.
 *
 * @throws {FormatError} If the archive is damaged, encrypted, compressed otherwise than by deflation, or names a file twice.
 * @see PKWARE, APPNOTE.TXT: .ZIP File Format Specification, 6.3.10.
 */
export async function readZipDirectory(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const { location } = source;
  const { entries: count, bytes, offset } = await findDirectory(source);
  if (count > MAX_ENTRIES || bytes > MAX_DIRECTORY_BYTES)
    throw formatError(
      location,
      `it says that it has ${count} parts, listed in ${bytes} bytes: it is damaged`,
    );
  const directory = await readRange(source, 'the directory of the archive', [offset, bytes]);
  const entries = new Map<string, ZipEntry>();
  let [at, storedBytes] = [0, 0];
  for (let i = 0; i < count; i++) {
    const { entry, next } = parseEntry(source, directory, at);
    storedBytes += entry.storedBytes;
    if (storedBytes > source.size) throw formatError(location, 'its parts overlap: it is damaged');
    if (entries.has(entry.name))
      throw formatError(location, `it has two parts ${JSON.stringify(entry.name)}: it is damaged`);
    entries.set(entry.name, entry);
    at = next;
  }
  if (at !== directory.length)
    throw formatError(location, `it lists more than the ${count} parts that it says it has: it is damaged`);
  return entries;
}

/** Place of the first byte of an entry; the record before it must be that of the same file. */
async function contentOffset(source: ByteSource, { name, offset }: ZipEntry): Promise<number> {
  const what = JSON.stringify(name);
  const view = viewOf(await readRange(source, what, [offset, LOCAL.bytes]));
  const nameBytes = view.getUint16(26, true);
  const named = await readRange(source, what, [offset + LOCAL.bytes, nameBytes]);
  if (view.getUint32(0, true) !== LOCAL.signature || new TextDecoder().decode(named) !== name)
    throw formatError(source.location, `its part ${what} is not where its directory says: it is damaged`);
  return offset + LOCAL.bytes + nameBytes + view.getUint16(28, true);
}

/**
 * Inflates to exactly `size` bytes, or with `isStart` the first `size`; gives up as soon as there are more, so that a small
 * archive cannot fill the memory.
 */
async function inflate(
  compressed: Uint8Array,
  size: number,
  isStart: boolean,
): Promise<Uint8Array | undefined> {
  const stream = new Blob([new Uint8Array(compressed)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  const result = new Uint8Array(size);
  const reader = stream.getReader();
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (length + part.value.length > size) {
      await reader.cancel();
      result.set(part.value.subarray(0, size - length), length);
      return isStart ? result : undefined;
    }
    result.set(part.value, length);
    length += part.value.length;
  }
  return length === size ? result : undefined;
}

async function inflateEntry(
  source: ByteSource,
  entry: ZipEntry,
  [compressed, size]: readonly [Uint8Array, number],
): Promise<Uint8Array> {
  const wrong = `its part ${JSON.stringify(entry.name)} does not unpack to its ${entry.bytes} bytes: it is damaged`;
  if (entry.bytes > compressed.length * MAX_DEFLATION) throw formatError(source.location, wrong);
  let content: Uint8Array | undefined;
  try {
    content = await inflate(compressed, size, size < entry.bytes);
  } catch (cause) {
    throw formatError(source.location, wrong, cause);
  }
  if (content === undefined) throw formatError(source.location, wrong);
  return content;
}

/**
 * A range of a stored entry, unchecked.
 *
 * @throws {FormatError} If the entry is compressed or the range is not within it.
 */
export async function readZipRange(
  source: ByteSource,
  entry: ZipEntry,
  [offset, length]: readonly [number, number],
): Promise<Uint8Array> {
  const start = await contentOffset(source, entry);
  return readRange(source, JSON.stringify(entry.name), [start + offset, length]);
}

/**
 * The first bytes of an entry, unchecked.
 *
 * @throws {FormatError} If the entry is damaged or has not as many.
 */
export async function readZipStart(source: ByteSource, entry: ZipEntry, length: number): Promise<Uint8Array> {
  if (entry.method === STORED) return readZipRange(source, entry, [0, length]);
  return inflateEntry(source, entry, [await readZipRange(source, entry, [0, entry.storedBytes]), length]);
}

/**
 * The content of an entry, checked by its CRC-32.
 *
 * @param maxBytes An entry of more bytes is refused before it is read.
 * @throws {FormatError} If it is damaged or too large.
 */
export async function readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  maxBytes: number,
): Promise<Uint8Array> {
  const what = `its part ${JSON.stringify(entry.name)}`;
  if (entry.bytes > maxBytes)
    throw formatError(
      source.location,
      `${what} has ${entry.bytes} bytes and at most ${maxBytes} are read: it is damaged`,
    );
  const stored = await readZipRange(source, entry, [0, entry.storedBytes]);
  const content = entry.method === STORED ? stored : await inflateEntry(source, entry, [stored, entry.bytes]);
  if (content.length === entry.bytes && crc32(content) === entry.crc) return content;
  throw formatError(
    source.location,
    `${what} is damaged, its CRC-32 differs: copy or download the file again`,
  );
}
