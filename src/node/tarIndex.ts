import { open, type FileHandle } from 'node:fs/promises';

import { Header, type HeaderData, Pax } from 'tar';

import { ImageError } from '../errors.js';

const BLOCK_BYTES = 512;
/** Read at a time while looking for headers. */
const WINDOW_BYTES = 64 * 1024;
/** A longer extended header (paths, mostly) is taken for damage. */
const MAX_EXTENSION_BYTES = 1024 * 1024;
const GZIP_MAGIC = 0x1f8b;

/** Where a file lies in an archive. Its name is only a name: nothing is ever written under it. */
export interface TarEntry {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Reads `length` bytes at `offset`, fewer only at the end of the file. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** Reads blocks that mostly follow each other, with few reads of the file. */
function blockReader(file: FileHandle) {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (offset: number): Promise<Buffer> => {
    if (offset < start || offset + BLOCK_BYTES > start + window.length) {
      [start, window] = [offset, await readAt(file, offset, WINDOW_BYTES)];
    }
    return window.subarray(offset - start, offset - start + BLOCK_BYTES);
  };
}

/** What extended headers say of the entry that follows (`next`) and of all that follow (`all`). */
interface Extensions {
  readonly next: HeaderData | undefined;
  readonly all: HeaderData | undefined;
}

/** The extensions after a header that is one itself; undefined after any other. */
async function extend(
  extensions: Extensions,
  type: string,
  body: () => Promise<string>,
): Promise<Extensions | undefined> {
  switch (type) {
    case 'ExtendedHeader':
    case 'OldExtendedHeader':
      return { ...extensions, next: Pax.parse(await body(), extensions.next) };
    case 'GlobalExtendedHeader':
      return { ...extensions, all: Pax.parse(await body(), extensions.all, true) };
    case 'NextFileHasLongPath':
    case 'OldGnuLongPath':
      return { ...extensions, next: { ...extensions.next, path: (await body()).replace(/\0.*$/s, '') } };
    case 'NextFileHasLongLinkpath':
      return extensions;
    default:
      return undefined;
  }
}

function damaged(path: string, offset: number, reason: string, cause?: unknown): ImageError {
  return new ImageError(`Cannot read the archive "${path}" as ${reason} at byte ${offset}`, { cause });
}

function headerAt(path: string, offset: number, block: Buffer, { next, all }: Extensions): Header {
  if (offset === 0 && block.length >= 2 && block.readUInt16BE(0) === GZIP_MAGIC) {
    throw new ImageError(
      `Cannot read the archive "${path}" as it is compressed: unpack it to a plain .tar first, with "gunzip"`,
    );
  }
  if (block.length < BLOCK_BYTES) throw damaged(path, offset, 'it is cut short');
  try {
    const header = new Header(block, 0, next, all);
    if (header.nullBlock || header.cksumValid) return header;
  } catch (cause) {
    throw damaged(path, offset, 'there is no valid tar header', cause);
  }
  throw damaged(path, offset, 'there is no valid tar header');
}

async function* entriesOf(path: string, file: FileHandle): AsyncGenerator<TarEntry> {
  const { size: fileBytes } = await file.stat();
  const readBlock = blockReader(file);
  const none: Extensions = { next: undefined, all: undefined };
  let extensions = none;
  let offset = 0;
  while (offset < fileBytes || offset === 0) {
    const header = headerAt(path, offset, await readBlock(offset), extensions);
    if (header.nullBlock) return;
    const bytes = header.size ?? 0;
    const start = offset + BLOCK_BYTES;
    if (!Number.isSafeInteger(bytes) || start + bytes > fileBytes) {
      throw damaged(path, fileBytes, `the entry "${header.path}" is cut short`);
    }
    const body = async (): Promise<string> => {
      if (bytes <= MAX_EXTENSION_BYTES) return (await readAt(file, start, bytes)).toString('utf8');
      throw damaged(path, offset, `an extended header has ${bytes} bytes`);
    };
    const extended = await extend(extensions, header.type, body);
    if (extended === undefined && ['File', 'OldFile', 'ContiguousFile'].includes(header.type)) {
      yield { name: header.path ?? '', offset: start, bytes };
    }
    extensions = extended ?? { ...none, all: extensions.all };
    offset = start + Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
}

/**
 * Lists the files of a tar archive (ustar, pax or GNU) by reading its headers only.
 *
 * @throws {ImageError} If the archive is compressed, damaged or cut short; the message says where.
 */
export async function readTarIndex(path: string): Promise<TarEntry[]> {
  const file = await open(path);
  try {
    const entries: TarEntry[] = [];
    for await (const entry of entriesOf(path, file)) entries.push(entry);
    return entries;
  } finally {
    await file.close();
  }
}

/** The content of one file of an archive. */
export async function readTarEntry(path: string, { offset, bytes }: TarEntry): Promise<Uint8Array> {
  const file = await open(path);
  try {
    return await readAt(file, offset, bytes);
  } finally {
    await file.close();
  }
}
