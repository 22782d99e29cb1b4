/** Bits of float32 numbers, sign aside. */
const FLOAT32_OF_2_POW_16 = 0x47800000;
const FLOAT32_OF_2_POW_MINUS_14 = 0x38800000;
const FLOAT32_INFINITY = 0x7f800000;
/** What the exponents of float32 and float16 differ by, in place. */
const EXPONENT_SHIFT = (127 - 15) << 23;
/** Size of the smallest float16 above 0. */
const SUBNORMAL_UNIT = 2 ** -24;
/** What a fraction with its leading one is multiplied by, for each exponent; a power each would take ten times as long. */
const SCALES = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 25));

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Bits of the float16 nearest to a float32 that is given by its value and its bits. */
function halfBits(value: number, bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > FLOAT32_INFINITY) return sign | 0x7e00;
  if (magnitude >= FLOAT32_OF_2_POW_16) return sign | 0x7c00;
  if (magnitude < FLOAT32_OF_2_POW_MINUS_14) return sign | roundHalfToEven(Math.abs(value) / SUBNORMAL_UNIT);
  // Adding just under half of the last place that is kept, plus its parity, rounds half to even.
  return sign | ((magnitude - EXPONENT_SHIFT + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/**
 * The nearest IEEE 754 half-precision number to each value, as its 16 bits; ties go to the even one.
 *
 * Values of 65520 and more in magnitude become infinite.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfBits(values[i]!, bits[i]!);
  return halves;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * SUBNORMAL_UNIT;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (0x400 + fraction) * SCALES[exponent]!;
}

/** The values of IEEE 754 half-precision numbers, given as 16 bits each. */
export function fromFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < values.length; i++) values[i] = halfValue(bits[i]!);
  return values;
}
