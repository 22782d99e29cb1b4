/** CIE Lab of sRGB in float64, written from IEC 61966-2-1 and CIE 15 with their published, rounded matrix. */
const XYZ_FROM_RGB = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
const WHITE = [0.95047, 1, 1.08883];

function linear64(c: number): number {
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function f64(t: number): number {
  return t > (6 / 29) ** 3 ? Math.cbrt(t) : ((29 / 6) ** 2 * t) / 3 + 4 / 29;
}

export function rgbToLab64(rgb: readonly number[]): [number, number, number] {
  const linear = rgb.map(linear64);
  const [x, y, z] = XYZ_FROM_RGB.map((row, i) =>
    f64(row.reduce((sum, weight, j) => sum + weight * linear[j]!, 0) / WHITE[i]!),
  );
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}
