export interface MapLimitedOptions<T> {
  /** Calls in progress at a time. */
  readonly limit: number;
  /** Frees a result when another call fails. */
  readonly dispose: (result: T) => void;
}

/**
 * `[await make(0), ..., await make(count - 1)]`, with a few calls in progress at a time.
 *
 * After a failure no call is started; when those in progress are done their results are freed and the error is thrown.
 */
export async function mapLimited<T>(
  count: number,
  make: (i: number) => Promise<T>,
  { limit, dispose }: MapLimitedOptions<T>,
): Promise<T[]> {
  const results = new Map<number, T>();
  let next = 0;
  let failed = false;

  const work = async (): Promise<void> => {
    while (next < count && !failed) {
      const i = next++;
      try {
        results.set(i, await make(i));
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(limit, count) }, work);
  const failure = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') {
    for (const result of results.values()) dispose(result);
    throw failure.reason;
  }
  return Array.from({ length: count }, (_, i) => results.get(i)!);
}
