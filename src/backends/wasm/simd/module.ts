import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { SIMD_BINARY } from './binary.js';

/** The functions of `kernels.c` and `winograd.c`. Pointers are byte offsets into the memory of the backend. */
interface Functions {
  readonly scratchBytes: () => number;
  readonly convolve: (convolution: number) => void;
  readonly correlate: (convolution: number) => void;
  readonly winograd: (convolution: number) => void;
  readonly winogradGradient: (convolution: number) => void;
  /** Working memory for filters of so many channels and outputs. */
  readonly winogradBytes: (channels: number, outputs: number) => number;
  /** Count; weight, first and second moment, gradient; the next three; then the numbers of the update. */
  readonly adam: (...fields: number[]) => void;
  /** Count, from, target, share, to. */
  readonly approach: (...fields: number[]) => void;
  readonly sumOfSquares: (count: number, x: number) => number;
  /** Batch, pixels, channels, groups, epsilon; x, gamma, beta; y, mean, scale, work. */
  readonly groupNormalize: (...fields: number[]) => void;
  /** Batch, pixels, channels, groups; dy, x, gamma, mean, scale; dx, dgamma, dbeta, work. */
  readonly groupNormalizeGradient: (...fields: number[]) => void;
}

/** Kernels that work in the memory of a backend. */
export interface SimdKernels extends Functions {
  /** Where their scratch memory begins, which they keep as long as the backend lives. */
  readonly scratch: number;
}

/** Environment flag: set it to false to do without the SIMD kernels. */
export const SIMD_FLAG = 'POLYHUE_WASM_SIMD';

tf.env().registerFlag(SIMD_FLAG, () => true);

/** The parts of an Emscripten module that are needed here. */
interface Emscripten {
  readonly asm?: { readonly memory?: unknown };
  readonly _malloc: (bytes: number) => number;
}

function start(backend: BackendWasm): SimdKernels | undefined {
  const { asm, _malloc: allocate } = backend.wasm as unknown as Emscripten;
  const memory = asm?.memory;
  // The backend with threads keeps its memory to itself.
  if (!(memory instanceof WebAssembly.Memory)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(SIMD_BINARY), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const functions = exports as unknown as Functions;
    const scratch = allocate(functions.scratchBytes());
    return scratch === 0 ? undefined : { ...functions, scratch };
  } catch {
    // No SIMD here, or a browser that compiles no module of more than 4 kB in the main thread.
    return undefined;
  }
}

const started = new WeakMap<BackendWasm, SimdKernels | null>();

/** The SIMD kernels, or `undefined` where the host has no SIMD or they are turned off. */
export function simdOf(backend: BackendWasm): SimdKernels | undefined {
  if (!tf.env().getBool(SIMD_FLAG)) return undefined;
  let kernels = started.get(backend);
  if (kernels === undefined) {
    kernels = start(backend) ?? null;
    started.set(backend, kernels);
  }
  return kernels ?? undefined;
}
