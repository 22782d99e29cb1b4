/** Where a logger writes: a file, a socket, an array in memory. Chunks arrive in order, one at a time. */
export interface Sink {
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
}
