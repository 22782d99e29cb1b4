import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    browser: 'src/browser/index.ts',
    worker: 'src/worker/index.ts',
    wasm: 'src/backends/wasm/index.ts',
    metrics: 'src/evaluation/index.ts',
    interchange: 'src/interchange/index.ts',
    queue: 'src/queue/index.ts',
    model: 'src/model.ts',
    nodeModel: 'src/nodeModel.ts',
    cli: 'src/cli/main.ts',
    colorizeWorker: 'src/cli/colorizeWorker.ts',
    trainingWorker: 'src/node/trainingWorker.ts',
    webColorizerWorker: 'src/worker/webColorizerWorker.ts',
    webTrainingWorker: 'src/browser/webTrainingWorker.ts',
  },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/, /^@tensorflow\//, 'sharp', 'webgpu', 'bullmq', 'ioredis', '@aws-sdk/client-s3'],
  splitting: true,
  clean: true,
  sourcemap: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
});
