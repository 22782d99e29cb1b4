/** Costs of wishes in float64, for one color field, written from the formulas in the doc comments of `wishEnergy`. */

type Color = readonly [a: number, b: number];

/** a and b in Lab units of pixel after pixel of a field of `ab / 128`. */
const colorsOf = (field: readonly number[]): Color[] =>
  Array.from({ length: field.length / 2 }, (_, p) => [128 * field[2 * p]!, 128 * field[2 * p + 1]!]);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;
const squaredDistance = ([a, b]: Color, [c, d]: Color): number => (a - c) ** 2 + (b - d) ** 2;

/** A hint: the pixels of the field around it with their weights, and the color that is wished for. */
export interface Hint64 {
  readonly pixels: readonly number[];
  readonly weights: readonly number[];
  readonly ab: Color;
}

/** The error is split into its parts along the direction of the hue and across it, each over the weight that CIEDE2000 gives it. */
export function hintEnergy64(field: readonly number[], hints: readonly Hint64[]): number {
  const colors = colorsOf(field);
  return sum(
    hints.map(({ pixels, weights, ab: [a, b] }) => {
      const missing = [0, 1].map(
        (channel) => sum(pixels.map((pixel, k) => weights[k]! * colors[pixel]![channel]!)) - [a, b][channel]!,
      );
      const chroma = Math.sqrt(a * a + b * b);
      if (chroma < 1) return (missing[0]! ** 2 + missing[1]! ** 2) / (2 * 1.5 ** 2);
      const hue = Math.atan2(b, a);
      const along = missing[0]! * Math.cos(hue) + missing[1]! * Math.sin(hue);
      const across = -missing[0]! * Math.sin(hue) + missing[1]! * Math.cos(hue);
      const error = (along / (1 + 0.045 * chroma)) ** 2 + (across / (1 + 0.015 * chroma)) ** 2;
      return error / (2 * 1.5 ** 2);
    }),
  );
}

/** Mean squared difference over the locked part, in deviations of 2, as 16 observations. */
export function lockEnergy64(
  field: readonly number[],
  { mask, values }: { readonly mask: readonly number[]; readonly values: readonly number[] },
): number {
  const [found, kept] = [colorsOf(field), colorsOf(values)];
  const squares = found.map((color, p) => mask[p]! * squaredDistance(color, kept[p]!));
  return (16 * (sum(squares) / sum(mask))) / (2 * 2 ** 2);
}

/** Each color used by 2 % of the pixels, and each pixel near a color or grey; 8 observations. */
export function paletteEnergy64(field: readonly number[], palette: readonly Color[]): number {
  const colors = colorsOf(field);
  const kernel = (color: Color, wish: Color): number => {
    const deviation = 4 * (1 + 0.03 * Math.hypot(...wish));
    return Math.exp(-squaredDistance(color, wish) / (2 * deviation ** 2));
  };
  const use = palette.map(
    (wish) => -Math.log(sum(colors.map((color) => kernel(color, wish))) / (0.02 * colors.length)),
  );
  const stray = colors.map((color) =>
    Math.log(sum([...palette, [0, 0] as const].map((wish) => kernel(color, wish)))),
  );
  return 8 * (sum(use) - average(stray));
}

/** Lightness and color of a pixel. */
type Lab = readonly [lightness: number, a: number, b: number];

/** Membership of a lightness in the range around 0, 33, 67 or 100: a triangle. */
const membership = (lightness: number, range: number): number =>
  Math.max(0, 1 - Math.abs(lightness - (100 / 3) * range) / (100 / 3));

/** Share of all pixels that is in a range, and their mean color; grey where none is. */
function rangeOf(pixels: readonly Lab[], range: number): { share: number; mean: Color } {
  const memberships = pixels.map(([lightness]) => membership(lightness, range));
  const total = sum(memberships);
  const mean = (channel: 1 | 2): number =>
    total === 0 ? 0 : sum(pixels.map((lab, p) => memberships[p]! * lab[channel])) / total;
  return { share: total / pixels.length, mean: [mean(1), mean(2)] };
}

function covariance64(colors: readonly Color[]): number[][] {
  const means = [0, 1].map((i) => average(colors.map((color) => color[i]!)));
  return [0, 1].map((i) =>
    [0, 1].map((j) => average(colors.map((color) => (color[i]! - means[i]!) * (color[j]! - means[j]!)))),
  );
}

/** Mean colors in four ranges of lightness in deviations of 3, and relative differences of covariances; 16 observations. */
export function referenceEnergy64(
  field: readonly number[],
  lightness: readonly number[],
  reference: readonly Lab[],
): number {
  const colors = colorsOf(field);
  const own = colors.map(([a, b], p): Lab => [lightness[p]!, a, b]);
  const meanCosts = [0, 1, 2, 3].map((range) => {
    const [here, there] = [rangeOf(own, range), rangeOf(reference, range)];
    return Math.min(here.share, there.share) * squaredDistance(here.mean, there.mean);
  });
  const wished = covariance64(reference.map(([, a, b]) => [a, b]));
  const found = covariance64(colors);
  const scale = 0.25 * (wished[0]![0]! + wished[1]![1]! + 25);
  const spreads = found.flatMap((row, i) => row.map((value, j) => ((value - wished[i]![j]!) / scale) ** 2));
  return 16 * (sum(meanCosts) / (2 * 3 ** 2) + 0.25 * sum(spreads));
}
