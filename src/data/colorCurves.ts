import { invert3, type Matrix3, multiply3, scaleRows3 } from './matrix3.js';

// The numbers of sRGB and CIE Lab and their curves in float64: what lab.ts computes on tensors and paintColors.ts on bytes.

/** CIE D65, 2 degree observer: tristimulus values as ASTM E308 tabulates them, Y = 1. */
const D65_WHITE = [0.95047, 1, 1.08883] as const;

/** Chromaticities (x, y) of the sRGB primaries, red, green, blue: IEC 61966-2-1. */
const SRGB_PRIMARIES = [
  [0.64, 0.33],
  [0.3, 0.6],
  [0.15, 0.06],
] as const;

/** The sRGB transfer function, IEC 61966-2-1: a line near black, a shifted power above it. */
export const SRGB = {
  slope: 12.92,
  offset: 0.055,
  gamma: 2.4,
  encodedKnee: 0.04045,
  linearKnee: 0.0031308,
} as const;

/** CIE 15: below `DELTA ** 3` the cube root of Lab is a line. */
export const DELTA = 6 / 29;
export const DELTA_CUBED = DELTA ** 3;
export const LAB_OFFSET = 4 / 29;
export const LAB_SLOPE = 1 / (3 * DELTA ** 2);

/** L* per unit of `f(Y)`, a* per unit of `f(X) - f(Y)`, b* per unit of `f(Y) - f(Z)`. */
export const LAB_SCALES = { lightness: 116, a: 500, b: 200 } as const;

/** Linear sRGB to XYZ relative to the white point, so that white is (1, 1, 1). */
export const XYZ_FROM_RGB: Matrix3 = relativeXyzMatrix();
export const RGB_FROM_XYZ: Matrix3 = invert3(XYZ_FROM_RGB);

/** Columns are the primaries at the intensities that add up to white, rows divided by the white point. */
function relativeXyzMatrix(): Matrix3 {
  const [r, g, b] = SRGB_PRIMARIES.map(([x, y]) => [x / y, 1, (1 - x - y) / y] as const);
  const primaries: Matrix3 = [r![0], g![0], b![0], r![1], g![1], b![1], r![2], g![2], b![2]];
  const relative = scaleRows3(primaries, [1 / D65_WHITE[0], 1, 1 / D65_WHITE[2]]);
  const intensities = multiply3(invert3(relative), [1, 1, 1]);
  return relative.map((value, i) => value * intensities[i % 3]!) as unknown as Matrix3;
}

/** Linear light of a gamma-encoded value. */
export function linearOf(encoded: number): number {
  const { slope, offset, gamma, encodedKnee } = SRGB;
  return encoded <= encodedKnee ? encoded / slope : ((encoded + offset) / (1 + offset)) ** gamma;
}

/** Gamma-encoded value of linear light. */
export function encodedOf(linear: number): number {
  const { slope, offset, gamma, linearKnee } = SRGB;
  return linear <= linearKnee ? linear * slope : (1 + offset) * linear ** (1 / gamma) - offset;
}

/** `f(t)` of CIE 15: a cube root with a line near 0. */
export function labCurve(t: number): number {
  return t > DELTA_CUBED ? Math.cbrt(t) : t * LAB_SLOPE + LAB_OFFSET;
}

/** The inverse of `labCurve`. */
export function labCurveInverse(f: number): number {
  return f > DELTA ? f * f * f : (f - LAB_OFFSET) / LAB_SLOPE;
}
