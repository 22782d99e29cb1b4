import { LAB_SCALES, labCurveInverse, RGB_FROM_XYZ } from './colorCurves.js';

/** How far linear light may be beyond black and white: less than a fifth of a byte, which rounding takes away. */
const BELOW_BLACK = -5e-5;
const BEYOND_WHITE = 1 + 1e-3;

/** No color of sRGB has a larger a or b: 98.3 and 107.9 are the largest. */
const MOST_COLOR = 108;
const MOST_DX = MOST_COLOR / LAB_SCALES.a;
const MOST_DZ = MOST_COLOR / LAB_SCALES.b;

/** How near to the surface of sRGB is near enough, in linear light: a thirtieth of a byte. */
const NEAR_ENOUGH = 1e-5;
/** Steps of the search that are enough for every color. */
const MOST_STEPS = 12;

// Numbers, not arrays: the functions below run once or more for each pixel.
const [XR, YR, ZR, XG, YG, ZG, XB, YB, ZB] = RGB_FROM_XYZ;

/** Whether sRGB can show linear light: one of its three channels. */
export function canShow(light: number): boolean {
  return light >= BELOW_BLACK && light <= BEYOND_WHITE;
}

/** How far the channel furthest out of sRGB is beyond it, of a color given as XYZ relative to the white point; inside, below 0. */
function excess(x: number, y: number, z: number): number {
  const red = XR * x + YR * y + ZR * z;
  const green = XG * x + YG * y + ZG * z;
  const blue = XB * x + YB * y + ZB * z;
  // `Math.min` and `Math.max` would take most of the time.
  let least = red;
  let most = red;
  if (green < least) least = green;
  if (blue < least) least = blue;
  if (green > most) most = green;
  if (blue > most) most = blue;
  const dark = BELOW_BLACK - least;
  const light = most - BEYOND_WHITE;
  return dark > light ? dark : light;
}

/**
 * The largest share of its chroma with which sRGB can show a color that it cannot show, of unchanged lightness and hue.
 *
 * @param f `f(Y)`.
 * @param dx `f(X) - f(Y)`, which is `a / 500`.
 * @param dz `f(Y) - f(Z)`, which is `b / 200`.
 * @returns From 0 to 1, from below, by false position with the Illinois rule.
 * @see M. Dowell and P. Jarratt, A Modified Regula Falsi Method for Computing the Root of an Equation, 1971.
 */
export function gamutShare(f: number, dx: number, dz: number): number {
  const y = labCurveInverse(f);
  let low = 0;
  let high = Math.min(1, MOST_DX / Math.abs(dx), MOST_DZ / Math.abs(dz));
  let below = excess(y, y, y);
  let above = excess(labCurveInverse(f + high * dx), y, labCurveInverse(f - high * dz));
  let side = 0; // of the step before: -1 within sRGB, 1 beyond it
  for (let i = 0; i < MOST_STEPS; i++) {
    const share = low + ((high - low) * below) / (below - above);
    const found = excess(labCurveInverse(f + share * dx), y, labCurveInverse(f - share * dz));
    if (found <= 0 && found > -NEAR_ENOUGH) return share;
    const own = found > 0 ? 1 : -1;
    const kept = own === side ? 0.5 : 1; // The end that stays a second time counts half.
    side = own;
    if (own > 0) {
      high = share;
      above = found;
      below *= kept;
    } else {
      low = share;
      below = found;
      above *= kept;
    }
  }
  return low;
}
