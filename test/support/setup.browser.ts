import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-layers';

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, inject } from 'vitest';

import { registerWasmTraining } from '../../src/backends/wasm/index.js';
// @ts-expect-error Vite resolves these to URLs
import plain from '../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
// @ts-expect-error Vite resolves these to URLs
import simd from '../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
// @ts-expect-error Vite resolves these to URLs
import threaded from '../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

beforeAll(async () => {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain as string,
    'tfjs-backend-wasm-simd.wasm': simd as string,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded as string,
  });
  registerWasmTraining();
  const backend = inject('backend');
  if (!(await setBackend(backend))) throw new Error(`Cannot start the "${backend}" backend`);
  await ready();
});
