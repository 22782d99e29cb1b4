import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-layers';

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, inject } from 'vitest';

import { registerWasmTraining } from '../../src/backends/wasm/index.js';
import { WASM_PATHS } from './wasmPaths.js';

beforeAll(async () => {
  setWasmPaths(WASM_PATHS);
  registerWasmTraining();
  const backend = inject('backend');
  // Only where it is asked for: other projects count the backends that are registered.
  if (backend === 'webgl') await import('@tensorflow/tfjs-backend-webgl');
  if (!(await setBackend(backend))) throw new Error(`Cannot start the "${backend}" backend`);
  await ready();
});
