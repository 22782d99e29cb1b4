import { LAB_SCALES, labCurveInverse, RGB_FROM_XYZ } from './colorCurves.js';

/** How far linear light may be beyond black and white: less than a fifth of a byte, which rounding takes away. */
const BELOW_BLACK = -5e-5;
const BEYOND_WHITE = 1 + 1e-3;

/** No color of sRGB has a larger a or b: 98.3 and 107.9 are the largest. */
const MOST_COLOR = 108;
const MOST_DX = MOST_COLOR / LAB_SCALES.a;
const MOST_DZ = MOST_COLOR / LAB_SCALES.b;

/** Halvings that leave less than a tenth of a Lab unit of `MOST_COLOR`. */
const HALVINGS = 11;

// Numbers, not arrays: the functions below run once or more for each pixel.
const [XR, YR, ZR, XG, YG, ZG, XB, YB, ZB] = RGB_FROM_XYZ;

/** Whether sRGB can show linear light: one of its three channels. */
export function canShow(light: number): boolean {
  return light >= BELOW_BLACK && light <= BEYOND_WHITE;
}

/** Whether sRGB can show a color, given as XYZ relative to the white point. */
function inGamut(x: number, y: number, z: number): boolean {
  return (
    canShow(XR * x + YR * y + ZR * z) &&
    canShow(XG * x + YG * y + ZG * z) &&
    canShow(XB * x + YB * y + ZB * z)
  );
}

/**
 * The largest share of its chroma with which sRGB can show a color, of unchanged lightness and hue.
 *
 * @param f `f(Y)`.
 * @param dx `f(X) - f(Y)`, which is `a / 500`.
 * @param dz `f(Y) - f(Z)`, which is `b / 200`.
 * @returns From 0 to 1, by bisection from below: the color is shown as it is asked for, or a little greyer.
 */
export function gamutShare(f: number, dx: number, dz: number): number {
  const y = labCurveInverse(f);
  let share = 0;
  let step = Math.min(1, MOST_DX / Math.abs(dx), MOST_DZ / Math.abs(dz));
  for (let i = 0; i < HALVINGS; i++) {
    step /= 2;
    const more = share + step;
    if (inGamut(labCurveInverse(f + more * dx), y, labCurveInverse(f - more * dz))) share = more;
  }
  return share;
}
