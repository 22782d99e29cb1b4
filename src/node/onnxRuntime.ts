import { createRequire } from 'node:module';

import type * as ort from 'onnxruntime-web/wasm';

import { BackendError } from '../errors.js';

/** The packages that `onnxEngine` can compute with, the fastest first. */
export const ONNX_RUNTIMES = ['onnxruntime-node', 'onnxruntime-web'] as const;

export type OnnxRuntimeName = (typeof ONNX_RUNTIMES)[number];

/** What is used of a package. */
export type OnnxRuntime = Pick<typeof ort, 'InferenceSession' | 'Tensor'>;

/** A package and its name. */
export interface LoadedRuntime {
  readonly name: OnnxRuntimeName;
  readonly runtime: OnnxRuntime;
}

/** How a package is found and loaded. */
interface RuntimePackage {
  readonly isInstalled: () => boolean;
  readonly load: () => Promise<OnnxRuntime>;
}

export type RuntimePackages = Readonly<Record<OnnxRuntimeName, RuntimePackage>>;

const ACTION = 'Cannot start ONNX Runtime';
const MEND = 'install it again, or remove it and run "npm install onnxruntime-web"';

const require = createRequire(import.meta.url);

function isInstalled(name: OnnxRuntimeName): boolean {
  try {
    return require.resolve(name) !== '';
  } catch {
    return false;
  }
}

const PACKAGES: RuntimePackages = {
  'onnxruntime-node': {
    isInstalled: () => isInstalled('onnxruntime-node'),
    load: async () => require(ONNX_RUNTIMES[0]) as OnnxRuntime,
  },
  'onnxruntime-web': {
    isInstalled: () => isInstalled('onnxruntime-web'),
    load: async () => {
      const runtime = await import('onnxruntime-web/wasm');
      runtime.env.wasm.numThreads = 1; // its threads would keep the process from ending
      return runtime;
    },
  },
};

/**
 * Loads the first of the packages that is installed.
 *
 * @throws {BackendError} If none is, or the first that is does not load.
 */
export async function loadOnnxRuntime(
  names: readonly OnnxRuntimeName[] = ONNX_RUNTIMES,
  packages: RuntimePackages = PACKAGES,
): Promise<LoadedRuntime> {
  const name = names.find((candidate) => packages[candidate].isInstalled());
  if (name !== undefined) {
    try {
      return { name, runtime: await packages[name].load() };
    } catch (cause) {
      throw new BackendError(`${ACTION} as the package "${name}" does not load: ${MEND}`, { cause });
    }
  }
  const [first, second] = names;
  const none = second === undefined ? `"${first}" is not` : `neither "${first}" nor "${second}" is`;
  throw new BackendError(`${ACTION} as ${none} installed: run "npm install ${first}"`);
}
