import * as ort from 'onnxruntime-web/wasm';

import wasm from '../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url';

/** Values and shape of a tensor that ONNX Runtime takes or returns. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

if ('document' in globalThis) ort.env.wasm.wasmPaths = { wasm };
ort.env.wasm.numThreads = 1;

/** What ONNX Runtime on WebAssembly computes of a graph. */
export async function runOnnx(
  graph: Uint8Array,
  inputs: Readonly<Record<string, OnnxTensor>>,
): Promise<Record<string, OnnxTensor>> {
  const session = await ort.InferenceSession.create(graph, { executionProviders: ['wasm'] });
  try {
    const feeds = Object.entries(inputs).map(([name, { shape, values }]) => [
      name,
      new ort.Tensor('float32', values, shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds) as Record<string, ort.Tensor>);
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, values: data as Float32Array },
      ]),
    );
  } finally {
    await session.release();
  }
}
