import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { convolutionOf, type ConvolutionAttributes, type ConvolutionInfo } from './convolution.js';
import {
  allocate,
  allocateZeros,
  copyRows,
  floats,
  heapOf,
  kernel,
  release,
  runKernel,
  startOf,
} from './heap.js';
import { simdInputGradient } from './simd/convolution.js';
import { simdOf } from './simd/module.js';

/** One axis of an input gradient with stride `stride`: which elements of `dy` reach which elements of `dx`. */
interface Axis {
  readonly stride: number;
  readonly kernelSize: number;
  readonly padBefore: number;
  /** Length of the axis of `dx` over the stride, rounded up. */
  readonly steps: number;
  /** Length of the axis of `dy`. */
  readonly outSize: number;
}

/** Offsets in `dy`, from `first` to `last`, that a residue class of `dx` is made from. */
interface Reach {
  readonly first: number;
  readonly last: number;
}

/**
 * Tap of the filter through which `dy[step + offset]` reaches `dx[step * stride + residue]`.
 *
 * A forward convolution reads `x[i]` at `i = o * stride + tap - padBefore` for its output `o`; here `o = step + offset`.
 */
function tapOf({ stride, padBefore }: Axis, residue: number, offset: number): number {
  return residue + padBefore - stride * offset;
}

/** Union of the offsets of `residues` whose tap lies inside the kernel; 0 is always included, so that pads are not negative. */
function reachOf(axis: Axis, residues: readonly number[]): Reach {
  const { stride, kernelSize, padBefore } = axis;
  const first = residues.map((residue) => Math.ceil((residue + padBefore - kernelSize + 1) / stride));
  const last = residues.map((residue) => Math.floor((residue + padBefore) / stride));
  return { first: Math.min(0, ...first), last: Math.max(0, ...last) };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A matrix inside a flat array: its rows are `stride` elements apart and the first begins at `start`. */
interface Matrix {
  readonly values: Float32Array;
  readonly start: number;
  readonly stride: number;
}

/** Side of the squares that are transposed one after the other: as many rows as the first cache holds at equal offsets. */
const BLOCK = 8;

/** Writes the transpose of `source`, `[rows, columns]`, into `target`. */
function transposeInto(target: Matrix, source: Matrix, rows: number, columns: number): void {
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, rows);
    for (let left = 0; left < columns; left += BLOCK) {
      transposeBlock(target, source, [top, bottom], [left, Math.min(left + BLOCK, columns)]);
    }
  }
}

function transposeBlock(
  target: Matrix,
  source: Matrix,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): void {
  const { values: to, start, stride } = target;
  const { values: from, start: offset, stride: step } = source;
  for (let column = left; column < right; column++) {
    const at = start + column * stride;
    for (let row = top; row < bottom; row++) to[at + row] = from[offset + column + row * step]!;
  }
}

interface PhaseFilter {
  readonly vertical: Axis;
  readonly horizontal: Axis;
  readonly residue: number;
  readonly rows: Reach;
  readonly columns: Reach;
}

/** Filter `[rows, columns, outChannels, stride * inChannels]` that makes all columns of one residue class of rows of `dx`. */
function phaseFilter(backend: BackendWasm, filter: tf.TensorInfo, phase: PhaseFilter): tf.TensorInfo {
  const { vertical, horizontal, residue, rows, columns } = phase;
  const [height, width, inChannels, outChannels] = filter.shape as [number, number, number, number];
  const [rowCount, columnCount] = [rows.last - rows.first + 1, columns.last - columns.first + 1];
  const depth = horizontal.stride * inChannels;
  const result = allocateZeros(backend, [rowCount, columnCount, outChannels, depth]);
  const [target, source] = [floats(backend, result), floats(backend, filter)];

  const place = (row: number, column: number, columnResidue: number): void => {
    const tapRow = tapOf(vertical, residue, rows.first + row);
    const tapColumn = tapOf(horizontal, columnResidue, columns.first + column);
    if (tapRow < 0 || tapRow >= height || tapColumn < 0 || tapColumn >= width) return;
    const at = (row * columnCount + column) * outChannels * depth + columnResidue * inChannels;
    const from = (tapRow * width + tapColumn) * inChannels * outChannels;
    transposeInto(
      { values: target, start: at, stride: depth },
      { values: source, start: from, stride: outChannels },
      inChannels,
      outChannels,
    );
  };
  for (const row of range(rowCount)) {
    for (let i = 0; i < columnCount * horizontal.stride; i++) {
      place(row, Math.floor(i / horizontal.stride), i % horizontal.stride);
    }
  }
  return result;
}

/** Zeros needed around `dy` so that a stride-1 convolution over `reach` has at least `steps` outputs. */
function padOf({ steps, outSize }: Axis, { first, last }: Reach): [number, number] {
  return [-first, Math.max(0, steps + last - outSize)];
}

/**
 * The input gradient as convolutions of TensorFlow.js.
 *
 * `dx` is split by row index modulo the stride; each class is one ordinary stride-1 convolution of `dy` whose output channels
 * hold the column classes side by side, which is already the order of `dx` in memory, so that only whole rows remain to be
 * interleaved. Stride 1 is one convolution with the kernel rotated by half a turn. No zeros are stuffed into `dy`.
 */
function composedInputGradient(
  backend: BackendWasm,
  { dy, filter }: { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
  { inHeight, inWidth, inChannels, batchSize, strideHeight, strideWidth, ...info }: ConvolutionInfo,
): tf.TensorInfo {
  const vertical: Axis = {
    stride: strideHeight,
    kernelSize: info.filterHeight,
    padBefore: info.padInfo.top,
    steps: Math.ceil(inHeight / strideHeight),
    outSize: info.outHeight,
  };
  const horizontal: Axis = {
    stride: strideWidth,
    kernelSize: info.filterWidth,
    padBefore: info.padInfo.left,
    steps: Math.ceil(inWidth / strideWidth),
    outSize: info.outWidth,
  };
  const columns = reachOf(horizontal, range(strideWidth));
  const phases = range(strideHeight).map((residue) => {
    const rows = reachOf(vertical, [residue]);
    const rotated = phaseFilter(backend, filter, { vertical, horizontal, residue, rows, columns });
    const pad = [[0, 0], padOf(vertical, rows), padOf(horizontal, columns), [0, 0]];
    const attributes = { strides: 1, dilations: 1, pad, dataFormat: 'NHWC' };
    const phase = runKernel(backend, tf.Conv2D, { x: dy, filter: rotated }, attributes);
    release(backend, rotated);
    return phase;
  });
  return interleaved(backend, phases, [batchSize, inHeight, inWidth, inChannels]);
}

/** The filter with zeros between its taps, so that it is not dilated any more. */
function spread(
  backend: BackendWasm,
  filter: tf.TensorInfo,
  { dilationHeight, dilationWidth }: ConvolutionInfo,
): tf.TensorInfo {
  const [height, width, inChannels, outChannels] = filter.shape as [number, number, number, number];
  const length = inChannels * outChannels;
  const wide = (width - 1) * dilationWidth + 1;
  const shape = [(height - 1) * dilationHeight + 1, wide, inChannels, outChannels];
  const result = allocateZeros(backend, shape);
  for (let row = 0; row < height; row++) {
    copyRows(heapOf(backend, result), {
      from: startOf(backend, filter) + row * width * length,
      fromStride: length,
      to: startOf(backend, result) + row * dilationHeight * wide * length,
      toStride: dilationWidth * length,
      length,
      count: width,
    });
  }
  return result;
}

/** {@link composedInputGradient} of a convolution that may be dilated. */
function dilatedInputGradient(
  backend: BackendWasm,
  { dy, filter }: { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
  info: ConvolutionInfo,
): tf.TensorInfo {
  if (info.dilationHeight === 1 && info.dilationWidth === 1) {
    return composedInputGradient(backend, { dy, filter }, info);
  }
  const wide = spread(backend, filter, info);
  const [filterHeight, filterWidth] = wide.shape as [number, number];
  const result = composedInputGradient(backend, { dy, filter: wide }, { ...info, filterHeight, filterWidth });
  release(backend, wide);
  return result;
}

/**
 * Input gradient of a convolution, which is also the forward pass of a transposed convolution. TensorFlow.js walks over single
 * elements (1.5 GFLOP/s measured).
 */
export const conv2DBackpropInput = kernel<'dy' | 'filter', ConvolutionAttributes & { inputShape: number[] }>(
  ({ inputs, backend, attrs }) => {
    const info = convolutionOf(attrs.inputShape, inputs.filter.shape, attrs);
    const simd = simdOf(backend);
    if (simd !== undefined) return simdInputGradient(backend, simd, inputs, info);
    return dilatedInputGradient(backend, inputs, info);
  },
);

/** Row `i` of the result is row `floor(i / phases.length)` of phase `i % phases.length`, cut to the width of the result. */
function interleaved(
  backend: BackendWasm,
  phases: readonly tf.TensorInfo[],
  shape: [number, number, number, number],
): tf.TensorInfo {
  const [batch, height, width, channels] = shape;
  const length = width * channels;
  if (phases.length === 1 && tf.util.arraysEqual(phases[0]!.shape, shape)) return phases[0]!;
  const result = allocate(backend, shape);
  const heap = heapOf(backend, result);
  phases.forEach((phase, residue) => {
    const [, rows, columns, depth] = phase.shape as [number, number, number, number];
    for (let example = 0; example < batch; example++) {
      copyRows(heap, {
        from: startOf(backend, phase) + example * rows * columns * depth,
        fromStride: columns * depth,
        to: startOf(backend, result) + (example * height + residue) * length,
        toStride: phases.length * length,
        length,
        count: Math.ceil((height - residue) / phases.length),
      });
    }
    release(backend, phase);
  });
  return result;
}
