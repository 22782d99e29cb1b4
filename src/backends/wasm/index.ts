/**
 * Training on the wasm backend.
 *
 * @module polyhue/wasm
 */

import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers'; // registers the gradients in Node, where tfjs-core alone does not

import * as tf from '@tensorflow/tfjs-core';

import {
  ADAM_UPDATE,
  APPROACH,
  COPY_TO_BLOCK,
  GLOBAL_NORM,
  GROUP_NORMALIZE,
  GROUP_NORMALIZE_GRADIENT,
  MEAN_OF_BLOCKS,
} from '../../fusedKernels.js';
import { fusedBatchNorm } from './batchNorm.js';
import { copyToBlock, meanOfBlocks } from './blocks.js';
import { binary } from './broadcast.js';
import { convolution, depthwiseConvolution } from './convolution.js';
import { conv2DBackpropFilter } from './convolutionFilterGradient.js';
import { conv2DBackpropInput } from './convolutionInputGradient.js';
import { cast, concat, identity, slice, splitV, tile } from './copies.js';
import { depthwiseConv2dNativeBackpropFilter, depthwiseConv2dNativeBackpropInput } from './depthwise.js';
import { WASM_GRADIENTS } from './gradients.js';
import { groupNormalize, groupNormalizeGradient } from './groupNormalization.js';
import type { Replacement } from './heap.js';
import { batchMatMul, fusedMatMul } from './matMul.js';
import { guardMemory } from './memoryGuard.js';
import { avgPoolGrad, maxPoolGrad } from './pooling.js';
import { mean, sum } from './reduce.js';
import { resizeBilinearGrad, resizeNearestNeighbor, resizeNearestNeighborGrad } from './resize.js';
import { unsortedSegmentSum } from './segmentSum.js';
import { adamUpdate, approach, globalNorm } from './update.js';

/** Kernels that need nothing of the stock ones: missing on wasm, wrong, or slow beyond repair. */
const KERNELS: Readonly<Record<string, tf.KernelFunc>> = {
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.DepthwiseConv2dNativeBackpropFilter]: depthwiseConv2dNativeBackpropFilter,
  [tf.DepthwiseConv2dNativeBackpropInput]: depthwiseConv2dNativeBackpropInput,
  [tf.UnsortedSegmentSum]: unsortedSegmentSum,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.AvgPoolGrad]: avgPoolGrad,
  [ADAM_UPDATE]: adamUpdate,
  [APPROACH]: approach,
  [COPY_TO_BLOCK]: copyToBlock,
  [GROUP_NORMALIZE]: groupNormalize,
  [GROUP_NORMALIZE_GRADIENT]: groupNormalizeGradient,
  [MEAN_OF_BLOCKS]: meanOfBlocks,
  [GLOBAL_NORM]: globalNorm,
};

/** Kernels in front of the stock ones, which they hand the cases to that they do not speed up. */
const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  [tf.Conv2D]: convolution,
  [tf.FusedConv2D]: convolution,
  [tf.DepthwiseConv2dNative]: depthwiseConvolution,
  [tf.FusedDepthwiseConv2D]: depthwiseConvolution,
  [tf.BatchMatMul]: batchMatMul,
  [tf._FusedMatMul]: fusedMatMul,
  [tf.Add]: binary,
  [tf.Sub]: binary,
  [tf.Multiply]: binary,
  [tf.RealDiv]: binary,
  [tf.SquaredDifference]: binary,
  [tf.Sum]: sum,
  [tf.Mean]: mean,
  [tf.Identity]: identity,
  [tf.Cast]: cast,
  [tf.Concat]: concat,
  [tf.SplitV]: splitV,
  [tf.Slice]: slice,
  [tf.Tile]: tile,
  [tf.FusedBatchNorm]: fusedBatchNorm,
  [tf.ResizeNearestNeighbor]: resizeNearestNeighbor,
  [tf.ResizeNearestNeighborGrad]: resizeNearestNeighborGrad,
  [tf.ResizeBilinearGrad]: resizeBilinearGrad,
};

function registerKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  const stock = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined;
  if (stock === undefined) {
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
    return;
  }
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelFunc });
}

/** Makes `gradient` the gradient of a kernel on wasm and leaves the other backends theirs. */
function registerGradient(kernelName: string, gradient: tf.GradFunc): void {
  const stock = tf.getGradient(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) =>
      tf.getBackend() === 'wasm' ? gradient(dy, saved, attrs) : stock.gradFunc(dy, saved, attrs),
  });
}

let registered = false;

/**
 * Makes the wasm backend able to train: registers the gradient kernels that TensorFlow.js lacks there, corrects the wrong
 * ones and replaces the slow ones. A full memory becomes an error, where it would spoil other tensors. Models, layers and optimizers need no change.
 *
 * It may be called before or after the backend starts, and more than once. It imports the backend itself, so that no later
 * import can put the stock kernels back. Other backends keep their kernels and gradients.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerWasmTraining } from 'polyhue/wasm';
 *
 * registerWasmTraining();
 * await tf.setBackend('wasm');
 * ```
 */
export function registerWasmTraining(): void {
  if (registered) return;
  registered = true;
  for (const [name, kernelFunc] of Object.entries(KERNELS)) registerKernel(name, kernelFunc);
  for (const [name, replacement] of Object.entries(REPLACEMENTS)) {
    registerKernel(name, replacement(tf.getKernel(name, 'wasm').kernelFunc));
  }
  for (const [name, gradient] of Object.entries(WASM_GRADIENTS))
    registerGradient(name, gradient as tf.GradFunc);
  guardMemory();
}
