import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';

import { ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, inject } from 'vitest';

import { registerWasmTraining } from '../../src/backends/wasm/index.js';

beforeAll(async () => {
  registerWasmTraining();
  const backend = inject('backend');
  if (!(await setBackend(backend))) throw new Error(`Cannot start the "${backend}" backend`);
  await ready();
});
