/** How `prefetch` makes its values. */
export interface PrefetchOptions<T> {
  /** Makes the value at one position; called in order, never twice at a time. */
  readonly produce: (position: number, signal: AbortSignal) => Promise<T>;
  /** Frees a value that was made and never handed out. */
  readonly dispose: (value: T) => void;
  /** Values made ahead of the one that was asked for. */
  readonly ahead: number;
  /** Stops the work; the next value is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The values at positions `first` to `end` - 1, made ahead of time while the caller works on the current one.
 *
 * An error is thrown where its value would have come. When the caller leaves the loop, work in progress is aborted and
 * waited for, and values that were not handed out are freed.
 */
export async function* prefetch<T>(
  first: number,
  end: number,
  options: PrefetchOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const { produce, dispose, ahead, signal } = options;
  const leaving = new AbortController();
  const combined = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const queue: Promise<T>[] = [];
  let next = first;

  const start = async (previous: Promise<unknown> | undefined, position: number): Promise<T> => {
    await previous;
    combined.throwIfAborted();
    return produce(position, combined);
  };
  const fill = (length: number): void => {
    while (queue.length < length && next < end) {
      const value = start(queue.at(-1), next++);
      value.catch(() => {}); // It is thrown when its turn comes, not as an unhandled rejection before.
      queue.push(value);
    }
  };
  try {
    for (let position = first; position < end; position++) {
      fill(1 + ahead);
      const value = await queue[0]!;
      signal?.throwIfAborted();
      void queue.shift();
      yield value;
    }
  } finally {
    leaving.abort();
    await Promise.allSettled(queue.map(async (value) => dispose(await value)));
  }
}
