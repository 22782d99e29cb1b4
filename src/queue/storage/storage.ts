/** A file to be written: its path below the place of the storage, with slashes. */
export interface NewFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface StorageReadOptions {
  /** More is refused. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/** Files that appear together. */
export interface StorageBatch {
  /** Takes a file; nothing is seen of it yet. */
  readonly add: (file: NewFile) => Promise<void>;
  /** Lets all files appear, in the order in which they were added, each whole. */
  readonly commit: () => Promise<void>;
  /** Drops everything; for work that is given up. */
  readonly discard: () => Promise<void>;
}

/** One line for each photo that is done. */
export interface ResultLog {
  /** Whether there is a line for the photo already; slow, and asked only of photos that come a second time. */
  readonly has: (id: string) => Promise<boolean>;
  /** Adds the line of a photo. */
  readonly append: (id: string, line: string) => Promise<void>;
}

/** Where photos are read from or results written to: a folder, a web server or a bucket. */
export interface PhotoStorage {
  /** For messages. */
  readonly location: string;
  /** Rejects with a `QueueError` where nothing can be read there, or, with `'write'`, written. */
  readonly check: (access: 'read' | 'write') => Promise<void>;
  /** Paths of the pictures below the place, in no particular order and as they are found. */
  readonly list: () => AsyncIterable<string>;
  /** A file; `undefined` where there is none. Rejects with a `PhotoRefusedError` where trying again would not help. */
  readonly read: (name: string, options: StorageReadOptions) => Promise<Uint8Array | undefined>;
  readonly begin: () => StorageBatch;
  /** The lines that a worker of this name writes. */
  readonly openLog: (worker: string) => ResultLog;
}
