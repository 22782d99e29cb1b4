import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

import { capabilities, type Capabilities, type CapabilitiesOptions } from '../capabilities/capabilities.js';
import type { PlatformReport } from '../capabilities/platform.js';
import { nodeCandidates } from './candidates.js';

/** Main file of tfjs-core, which `import` and `require` both load. */
const TFJS_CORE = /[/\\]tf-core(\.node)?\.js$/;

function describeNode(): PlatformReport {
  const { cache } = createRequire(import.meta.url);
  return {
    name: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    logicalCores: availableParallelism(),
    memoryBytes: totalmem(),
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    tfjsCopies: Object.keys(cache).filter((file) => TFJS_CORE.test(file)),
  };
}

/**
 * Says which backends can run and train models in Node, those included that are not registered yet; see `capabilities`.
 *
 * @throws {RangeError} If a number of a config is out of range.
 * @throws {TypeError} If a choice of a config is none of those offered, or a part is missing.
 */
export async function nodeCapabilities(
  options: Pick<CapabilitiesOptions, 'configs'> = {},
): Promise<Capabilities> {
  return capabilities({ ...options, candidates: nodeCandidates(), platform: describeNode() });
}
