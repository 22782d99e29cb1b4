import { createHash } from 'node:crypto';

import type { ImageSource } from '../data/imageSource.js';

/** Pictures in files, which may change between one run and the next. */
export interface FileImageSource extends ImageSource {
  /** Where the pictures are: the absolute path of a file or folder, or a pattern of paths. */
  readonly location: string;
  /** A hash that changes when a file is added, removed, renamed or changed, told by its size and time of change. */
  readonly fingerprint: () => Promise<string>;
  /** The file of one picture as it is; rejects with an `ImageError` where it cannot be read. */
  readonly bytes: (index: number) => Promise<Uint8Array>;
}

/** What a fingerprint takes of a file. */
export function fileState({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
  return `${size} ${mtimeMs}`;
}

/** SHA-256 of a list of texts, in hexadecimal. */
export function hashOf(texts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest('hex');
}
