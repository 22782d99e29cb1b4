/** Codes of a channel: 0 to this. */
const MAX_CODE = 255;
/** A channel's scale and least value, as two float32 numbers. */
const BYTES_PER_CHANNEL = 8;
/** Where a channel has fewer values than this, its scale and least value would weigh too much. */
const LEAST_VALUES_PER_CHANNEL = 16;

/** Output channels of a weight: its last axis, as kernels of convolutions and dense layers have it. */
function channelsOf(shape: readonly number[]): number {
  return shape.at(-1) ?? 0;
}

/** Whether a tensor is worth 8 bits: kernels are; biases, scales and statistics, which are few, are not. */
export function isQuantizable(shape: readonly number[]): boolean {
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return shape.length >= 2 && channelsOf(shape) > 0 && rows >= LEAST_VALUES_PER_CHANNEL;
}

/** Bytes of a quantized tensor of `size` values. */
export function quantizedBytes(shape: readonly number[], size: number): number {
  return channelsOf(shape) * BYTES_PER_CHANNEL + size;
}

/** Least and largest value of each channel. */
function rangesOf(values: Float32Array, channels: number) {
  const least = new Float32Array(channels).fill(Infinity);
  const most = new Float32Array(channels).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    const channel = i % channels;
    least[channel] = Math.min(least[channel]!, values[i]!);
    most[channel] = Math.max(most[channel]!, values[i]!);
  }
  return { least, most };
}

/**
 * Values as 8-bit codes, each output channel on a scale of its own.
 *
 * `code = round((value - min[c]) / scale[c])` with `scale[c] = (max[c] - min[c]) / 255`, as the weight quantization of
 * TensorFlow.js has it, by channel instead of by tensor.
 *
 * @param values Finite numbers below 2^127 in magnitude; `isQuantizable(shape)` holds.
 * @returns The scales and then the least values of all channels as little-endian float32 numbers, then the codes.
 */
export function quantize(values: Float32Array, shape: readonly number[]): Uint8Array {
  const channels = channelsOf(shape);
  const { least, most } = rangesOf(values, channels);
  const bytes = new Uint8Array(quantizedBytes(shape, values.length));
  const scales = new Float32Array(bytes.buffer, 0, channels);
  for (let channel = 0; channel < channels; channel++)
    scales[channel] = (most[channel]! - least[channel]!) / MAX_CODE;
  new Float32Array(bytes.buffer, channels * 4, channels).set(least);
  const codes = bytes.subarray(channels * BYTES_PER_CHANNEL);
  for (let i = 0; i < codes.length; i++) {
    const scale = scales[i % channels]!;
    const code = scale === 0 ? 0 : Math.round((values[i]! - least[i % channels]!) / scale);
    codes[i] = Math.min(code, MAX_CODE);
  }
  return bytes;
}

/**
 * The values that `quantize` wrote: `min[c] + scale[c] * code`, in double precision, rounded once.
 *
 * @param buffer Begins with the tensor; nothing in it is trusted, so that values may not be finite.
 */
export function dequantize(buffer: ArrayBuffer, shape: readonly number[], size: number): Float32Array {
  const channels = channelsOf(shape);
  const scales = new Float32Array(buffer, 0, channels);
  const least = new Float32Array(buffer, channels * 4, channels);
  const codes = new Uint8Array(buffer, channels * BYTES_PER_CHANNEL, size);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const channel = i % channels;
    values[i] = least[channel]! + scales[channel]! * codes[i]!;
  }
  return values;
}
