import { convolutionOf, type ConvolutionAttributes, type ConvolutionInfo } from './convolution.js';
import { allocateZeros, floats, kernel } from './heap.js';

/** The taps, from the first to before the last, that fall inside an axis of length `size` when tap 0 falls on `start`. */
function tapsInside(start: number, dilation: number, taps: number, size: number): [number, number] {
  const first = Math.max(0, Math.ceil(-start / dilation));
  return [first, Math.min(taps, Math.ceil((size - start) / dilation))];
}

/** Calls `visit` for every input pixel, output pixel and tap of the filter that belong together. */
function forEachTap(
  info: ConvolutionInfo,
  visit: (input: number, output: number, tap: number) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;

  const visitRow = (inputRow: number, outputRow: number, filterRow: number): void => {
    for (let column = 0; column < outWidth; column++) {
      const left = column * info.strideWidth - padInfo.left;
      const [first, end] = tapsInside(left, info.dilationWidth, filterWidth, inWidth);
      for (let j = first; j < end; j++) {
        const input = inputRow * inWidth + left + j * info.dilationWidth;
        visit(input, outputRow * outWidth + column, filterRow * filterWidth + j);
      }
    }
  };
  for (let outputRow = 0; outputRow < batchSize * outHeight; outputRow++) {
    const firstRow = Math.floor(outputRow / outHeight) * inHeight;
    const top = (outputRow % outHeight) * info.strideHeight - padInfo.top;
    const [first, end] = tapsInside(top, info.dilationHeight, filterHeight, inHeight);
    for (let i = first; i < end; i++) visitRow(firstRow + top + i * info.dilationHeight, outputRow, i);
  }
}

/** Input gradient of a depthwise convolution, which TensorFlow.js does not have on wasm; output channel `c * m + q` reads input channel `c`. */
export const depthwiseConv2dNativeBackpropInput = kernel<
  'dy' | 'filter',
  ConvolutionAttributes & { inputShape: number[] }
>(({ inputs: { dy, filter }, backend, attrs }) => {
  const info = convolutionOf(attrs.inputShape, filter.shape, attrs, true);
  const dx = allocateZeros(backend, attrs.inputShape);
  const [target, gradient, weights] = [floats(backend, dx), floats(backend, dy), floats(backend, filter)];
  const { inChannels, outChannels } = info;
  const multiplier = outChannels / inChannels;
  forEachTap(info, (input, output, tap) => {
    const to = input * inChannels;
    const from = output * outChannels;
    const weight = tap * outChannels;
    for (let channel = 0, q = 0; channel < inChannels; channel++) {
      for (let m = 0; m < multiplier; m++, q++) {
        target[to + channel]! += gradient[from + q]! * weights[weight + q]!;
      }
    }
  });
  return dx;
});

/** Filter gradient of a depthwise convolution, which TensorFlow.js does not have on wasm. */
export const depthwiseConv2dNativeBackpropFilter = kernel<
  'x' | 'dy',
  ConvolutionAttributes & { filterShape: number[] }
>(({ inputs: { x, dy }, backend, attrs }) => {
  const info = convolutionOf(x.shape, attrs.filterShape, attrs, true);
  const { inChannels, outChannels } = info;
  const result = allocateZeros(backend, attrs.filterShape);
  const [source, gradient] = [floats(backend, x), floats(backend, dy)];
  const multiplier = outChannels / inChannels;
  // Doubles: the sum runs over every pixel of the batch.
  const sums = new Float64Array(info.filterHeight * info.filterWidth * outChannels);
  forEachTap(info, (input, output, tap) => {
    const from = input * inChannels;
    const at = output * outChannels;
    const to = tap * outChannels;
    for (let channel = 0, q = 0; channel < inChannels; channel++) {
      for (let m = 0; m < multiplier; m++, q++) {
        sums[to + q]! += source[from + channel]! * gradient[at + q]!;
      }
    }
  });
  floats(backend, result).set(sums);
  return result;
});
