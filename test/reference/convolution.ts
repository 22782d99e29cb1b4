import { flatIndex, forEachIndex } from './indices.js';

/** A two-dimensional convolution of NHWC tensors, dense or depthwise, in float64 by its definition. */
export interface ConvolutionCase {
  readonly batch: number;
  readonly size: readonly [height: number, width: number];
  readonly inChannels: number;
  /** Output channels of a dense convolution; channel multiplier of a depthwise one. */
  readonly outChannels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly strides: readonly [vertical: number, horizontal: number];
  readonly pad: 'same' | 'valid' | readonly [top: number, bottom: number, left: number, right: number];
  readonly depthwise?: boolean;
  /** Distance of the taps, in pixels; 1 by default. */
  readonly dilations?: readonly [vertical: number, horizontal: number];
}

/** Length of an axis of the output, and the padding before it, as TensorFlow defines them. */
function axisOf(
  size: number,
  kernel: number,
  stride: number,
  pad: 'same' | 'valid' | readonly [number, number],
): { readonly length: number; readonly before: number } {
  if (pad === 'same') {
    const length = Math.ceil(size / stride);
    return { length, before: Math.floor(Math.max(0, (length - 1) * stride + kernel - size) / 2) };
  }
  const [before, after] = pad === 'valid' ? [0, 0] : pad;
  return { length: Math.floor((size + before + after - kernel) / stride) + 1, before };
}

const axesOf = ({ size, kernel: taps, strides, pad, dilations = [1, 1] }: ConvolutionCase) => {
  const explicit = typeof pad !== 'string';
  const kernel = [(taps[0] - 1) * dilations[0] + 1, (taps[1] - 1) * dilations[1] + 1] as const;
  return [
    axisOf(size[0], kernel[0], strides[0], explicit ? [pad[0], pad[1]] : pad),
    axisOf(size[1], kernel[1], strides[1], explicit ? [pad[2], pad[3]] : pad),
  ] as const;
};

export interface ConvolutionShapes {
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly y: [number, number, number, number];
}

export function convolutionShapes(c: ConvolutionCase): ConvolutionShapes {
  const [vertical, horizontal] = axesOf(c);
  const depth = c.depthwise === true ? c.inChannels * c.outChannels : c.outChannels;
  return {
    x: [c.batch, ...c.size, c.inChannels],
    filter: [...c.kernel, c.inChannels, c.outChannels],
    y: [c.batch, vertical.length, horizontal.length, depth],
  };
}

/** Visits every product `x[i] * filter[j]` that is added to `y[k]`. */
function forEachProduct(c: ConvolutionCase, visit: (i: number, j: number, k: number) => void): void {
  const [vertical, horizontal] = axesOf(c);
  const { x, filter, y } = convolutionShapes(c);
  const channels = [c.inChannels, c.outChannels];
  const { dilations = [1, 1] } = c;
  forEachIndex([c.batch, vertical.length, horizontal.length, ...c.kernel, ...channels], (index) => {
    const [n, u, v, a, b, channel, q] = index as [number, number, number, number, number, number, number];
    const row = u * c.strides[0] + a * dilations[0] - vertical.before;
    const column = v * c.strides[1] + b * dilations[1] - horizontal.before;
    if (row < 0 || row >= c.size[0] || column < 0 || column >= c.size[1]) return;
    const depth = c.depthwise === true ? channel * c.outChannels + q : q;
    visit(
      flatIndex(x, [n, row, column, channel]),
      flatIndex(filter, [a, b, channel, q]),
      flatIndex(y, [n, u, v, depth]),
    );
  });
}

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

type Values = ArrayLike<number>;

/** The convolution and its gradients with respect to both inputs for the output gradient `dy`. */
export function convolution64(
  c: ConvolutionCase,
  { x, filter, dy }: { readonly x: Values; readonly filter: Values; readonly dy: Values },
): { readonly y: Float64Array; readonly dx: Float64Array; readonly dfilter: Float64Array } {
  const shapes = convolutionShapes(c);
  const [y, dx, dfilter] = [shapes.y, shapes.x, shapes.filter].map(
    (shape) => new Float64Array(size(shape)),
  ) as [Float64Array, Float64Array, Float64Array];
  forEachProduct(c, (i, j, k) => {
    y[k]! += x[i]! * filter[j]!;
    dx[i]! += dy[k]! * filter[j]!;
    dfilter[j]! += dy[k]! * x[i]!;
  });
  return { y, dx, dfilter };
}
