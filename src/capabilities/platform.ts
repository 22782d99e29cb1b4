/** The machine and the program, as far as they can be told; `null` where they cannot. */
export interface PlatformReport {
  /** Name and version of what runs JavaScript. */
  readonly name: string;
  readonly logicalCores: number | null;
  readonly memoryBytes: number | null;
  /** Most memory that JavaScript's own objects can take. */
  readonly heapLimitBytes: number | null;
  /** Files of the copies of tfjs-core that are loaded; empty where that cannot be told. */
  readonly tfjsCopies: readonly string[];
}

/** What only some browsers tell. */
interface BrowserFacts {
  /** In gigabytes, rounded, at most 8. */
  readonly deviceMemory?: number;
}

/** What a browser tells about its machine. */
export function describePlatform(): PlatformReport {
  const { userAgent, hardwareConcurrency } = (globalThis.navigator ?? {}) as Partial<Navigator>;
  const { deviceMemory } = (globalThis.navigator ?? {}) as BrowserFacts;
  const { jsHeapSizeLimit } = (performance as { memory?: { jsHeapSizeLimit: number } }).memory ?? {};
  return {
    name: userAgent ?? 'unknown',
    logicalCores: hardwareConcurrency ?? null,
    memoryBytes: deviceMemory === undefined ? null : deviceMemory * 2 ** 30,
    heapLimitBytes: jsHeapSizeLimit ?? null,
    tfjsCopies: [],
  };
}
