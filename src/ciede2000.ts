import { argumentMessage } from './errors.js';

const DEGREE = Math.PI / 180;
const POW_25_7 = 25 ** 7;

// `Math.hypot` and powers of 7 would take most of the time.

function magnitude(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}

/** `sqrt(c**7 / (c**7 + 25**7))`: 0 for greys, near 1 for strong colors. */
function chromaRatio(chroma: number): number {
  const cube = chroma * chroma * chroma;
  const power = cube * cube * chroma;
  return Math.sqrt(power / (power + POW_25_7));
}

/** Angle of a color in the ab plane, radians in [0, 2 pi); 0 for greys. */
function hueAngle(a: number, b: number): number {
  if (a === 0 && b === 0) return 0;
  const angle = Math.atan2(b, a);
  return angle < 0 ? angle + 2 * Math.PI : angle;
}

/** The angle from one hue to another, on the shorter way round. */
function hueTurn(one: number, other: number): number {
  const turn = other - one;
  if (Math.abs(turn) <= Math.PI) return turn;
  return turn > 0 ? turn - 2 * Math.PI : turn + 2 * Math.PI;
}

/** The hue between two, on the shorter way round. */
function meanHue(one: number, other: number): number {
  const sum = one + other;
  if (Math.abs(one - other) <= Math.PI) return sum / 2;
  return sum < 2 * Math.PI ? sum / 2 + Math.PI : sum / 2 - Math.PI;
}

/** `T` of equation 15: how much a difference in hue counts at that hue. */
function hueWeight(hue: number): number {
  return (
    1 -
    0.17 * Math.cos(hue - 30 * DEGREE) +
    0.24 * Math.cos(2 * hue) +
    0.32 * Math.cos(3 * hue + 6 * DEGREE) -
    0.2 * Math.cos(4 * hue - 63 * DEGREE)
  );
}

/** `R_T` of equations 16 to 21: chroma and hue differences act together in the blues. */
function rotation(hue: number, chroma: number): number {
  const angle = 30 * DEGREE * Math.exp(-(((hue / DEGREE - 275) / 25) ** 2));
  return -Math.sin(2 * angle) * 2 * chromaRatio(chroma);
}

/** A color of a list of colors with three values each: it begins at `at`. */
interface ColorPlace {
  readonly lab: ArrayLike<number>;
  readonly at: number;
}

/** The CIEDE2000 difference of two colors of lists; checks nothing. */
export function colorDifference({ lab: one, at: i }: ColorPlace, { lab: other, at: j }: ColorPlace): number {
  const [l1, a1, b1] = [one[i]!, one[i + 1]!, one[i + 2]!];
  const [l2, a2, b2] = [other[j]!, other[j + 1]!, other[j + 2]!];
  const stretch = 1.5 - 0.5 * chromaRatio((magnitude(a1, b1) + magnitude(a2, b2)) / 2);
  const [stretched1, stretched2] = [a1 * stretch, a2 * stretch];
  const [chroma1, chroma2] = [magnitude(stretched1, b1), magnitude(stretched2, b2)];
  const [hue1, hue2] = [hueAngle(stretched1, b1), hueAngle(stretched2, b2)];
  const bothColored = chroma1 * chroma2 !== 0;

  const deltaHue = bothColored ? 2 * Math.sqrt(chroma1 * chroma2) * Math.sin(hueTurn(hue1, hue2) / 2) : 0;
  const meanChroma = (chroma1 + chroma2) / 2;
  const hue = bothColored ? meanHue(hue1, hue2) : hue1 + hue2;

  const lightness = ((l1 + l2) / 2 - 50) ** 2;
  const lightnessTerm = (l2 - l1) / (1 + (0.015 * lightness) / Math.sqrt(20 + lightness));
  const chromaTerm = (chroma2 - chroma1) / (1 + 0.045 * meanChroma);
  const hueTerm = deltaHue / (1 + 0.015 * meanChroma * hueWeight(hue));
  const squares = lightnessTerm ** 2 + chromaTerm ** 2 + hueTerm ** 2;
  return Math.sqrt(Math.max(0, squares + rotation(hue, meanChroma) * chromaTerm * hueTerm));
}

/**
 * The CIEDE2000 difference of two colors, with all parametric factors 1.
 *
 * About 1 is the smallest difference that is seen between large patches side by side.
 *
 * @param one CIE Lab: L in 0..100, a and b in about -128..127.
 * @param other CIE Lab.
 * @returns 0 or more; the order of the colors does not matter.
 * @throws {RangeError} If a color does not have three values.
 * @see G. Sharma, W. Wu, E. N. Dalal, The CIEDE2000 Color-Difference Formula: Implementation Notes, Supplementary Test Data,
 *   and Mathematical Observations, 2005.
 */
export function ciede2000(one: ArrayLike<number>, other: ArrayLike<number>): number {
  for (const [argument, color] of Object.entries({ one, other })) {
    if (color.length === 3) continue;
    throw new RangeError(argumentMessage('compute ciede2000', `${argument}.length`, 'be 3', color.length));
  }
  return colorDifference({ lab: one, at: 0 }, { lab: other, at: 0 });
}
