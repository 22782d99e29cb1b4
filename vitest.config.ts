import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

import { CHROMIUM_ARGUMENTS, findChromium } from './tools/chromium.js';

/** Suites that need a file system or processes; everything else runs on every backend in Node and in Chromium. */
const NODE_ONLY = [
  'test/node/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/queue/**/*.test.ts',
  'test/package/**/*.test.ts',
  'test/demo/**/*.test.ts',
];
/** Suites on WebGL, whose software rendering is slow: every operation, gradient, layer and loss, and the choice of a backend. */
const WEBGL = [
  'test/backends/{conformance/**/*,selfCheck*,pickBackend*}.test.ts',
  'test/{distributions,losses,models/layers}/**/*.test.ts',
];
const BROWSER_ONLY = ['test/browser/**/*.test.ts'];
const EVERYWHERE = 'test/**/*.test.ts';
/** Workers of the page on WebGPU; the other suites of workers are about what does not depend on the backend. */
const WEBGPU_WORKERS = 'test/browser/worker/webgpu.test.ts';
const WASM_WORKERS = 'test/browser/worker/!(webgpu).test.ts';

declare module 'vitest' {
  interface ProvidedContext {
    backend: 'cpu' | 'wasm' | 'webgpu' | 'webgl';
  }
}

/** Threads that tests start run TypeScript as well. */
const NODE_ARGUMENTS = ['--import', './tools/tsxEverywhere.mjs'];

const nodeProject = (name: string, backend: 'cpu' | 'wasm', include: string[], exclude: string[]) => ({
  test: {
    name,
    include,
    exclude,
    provide: { backend },
    setupFiles: ['test/support/setup.node.ts'],
    pool: 'forks' as const,
    testTimeout: 60_000,
  },
});

const chromiumProject = (backend: 'wasm' | 'webgpu' | 'webgl', include: string[], exclude: string[]) => ({
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-backend-webgl',
      'fast-check',
      'fast-png',
      'onnxruntime-web/wasm',
    ],
  },
  test: {
    name: `chromium-${backend}`,
    include,
    exclude: [...NODE_ONLY, ...exclude],
    provide: { backend },
    setupFiles: ['test/support/setup.browser.ts'],
    testTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { host: '127.0.0.1' },
      provider: playwright({ launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGUMENTS } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

export default defineConfig({
  test: {
    projects: [
      { test: { ...nodeProject('node', 'wasm', NODE_ONLY, []).test, execArgv: NODE_ARGUMENTS } },
      nodeProject('node-cpu', 'cpu', [EVERYWHERE], [...NODE_ONLY, ...BROWSER_ONLY]),
      nodeProject('node-wasm', 'wasm', [EVERYWHERE], [...NODE_ONLY, ...BROWSER_ONLY]),
      chromiumProject('wasm', [EVERYWHERE], [WEBGPU_WORKERS]),
      chromiumProject('webgpu', [EVERYWHERE], [WASM_WORKERS]),
      chromiumProject('webgl', WEBGL, []),
    ],
  },
});
