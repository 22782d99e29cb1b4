/** How one file of a checkpoint is read. */
export interface StoreReadOptions {
  /** A file of more bytes is refused, before it is read where its size is known. */
  readonly maxBytes: number;
  /** Gives up reading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told the number of bytes read until now. */
  readonly onProgress?: ((loadedBytes: number) => void) | undefined;
}

/** A place checkpoints are read from. */
export interface CheckpointReader {
  /** What messages call the place: a path, a URL. */
  readonly location: string;
  /**
   * The content of a file, or undefined if there is none of that name.
   *
   * Rejects with a `CheckpointError` where it cannot be read. Names hold no slashes.
   */
  readonly read: (name: string, options: StoreReadOptions) => Promise<Uint8Array | undefined>;
}

/** A place that holds one checkpoint. */
export interface CheckpointStore extends CheckpointReader {
  /**
   * Replaces all files at once: a reader, or a process that starts after a crash, finds the old files or the new ones.
   *
   * Rejects with a `CheckpointError` where they cannot be written; the old files are then still there.
   */
  readonly write: (files: ReadonlyMap<string, Uint8Array>) => Promise<void>;
}
