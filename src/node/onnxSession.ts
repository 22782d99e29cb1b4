import type { InferenceSession } from 'onnxruntime-web/wasm';

import type { TensorData } from '../checkpoint/tensorData.js';
import type { LoadedRuntime } from './onnxRuntime.js';

/** A tensor that goes into a graph or comes out of it; maps are `[batch, channels, height, width]`. */
export interface GraphTensor extends TensorData {
  readonly values: Float32Array;
}

/** One graph that is ready to run. */
export interface GraphSession {
  /** What the graph makes of the inputs, by name; the values are copies. */
  readonly run: (inputs: Readonly<Record<string, GraphTensor>>) => Promise<Record<string, GraphTensor>>;
  readonly release: () => Promise<void>;
}

/**
 * Makes a graph ready to run on the processor.
 *
 * @param threads Of onnxruntime-node; onnxruntime-web has one.
 */
export async function graphSession(
  { name, runtime }: LoadedRuntime,
  graph: Uint8Array,
  threads: number,
): Promise<GraphSession> {
  const { InferenceSession, Tensor } = runtime;
  const options: InferenceSession.SessionOptions = {
    executionProviders: [name === 'onnxruntime-node' ? 'cpu' : 'wasm'],
    intraOpNumThreads: threads,
  };
  const session = await InferenceSession.create(graph, options);
  return {
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(
        ([input, { shape, values }]) => [input, new Tensor('float32', values, shape)] as const,
      );
      const outputs = await session.run(Object.fromEntries(feeds));
      const copies = Object.entries(outputs).map(([output, tensor]) => {
        const copy = { shape: [...tensor.dims], values: (tensor.data as Float32Array).slice() };
        tensor.dispose();
        return [output, copy] as const;
      });
      return Object.fromEntries(copies);
    },
    release: async () => session.release(),
  };
}
