/** Side of the square input, in pixels. */
const SIZE = 4;
const KERNEL = 3;
const CHANNELS = 2;
const FILTERS = 4;
const GROUPS = 2;
const OUTPUTS = 3;
const PIXELS = SIZE * SIZE;
const GROUP_FILTERS = FILTERS / GROUPS;

/** Added to a variance. */
export const EPSILON = 1e-5;

/** Shapes of the inputs, of the factors of the outputs, and of the groups that are normalized. */
export const SHAPES = {
  image: [1, SIZE, SIZE, CHANNELS],
  filter: [KERNEL, KERNEL, CHANNELS, FILTERS],
  matrix: [FILTERS, OUTPUTS],
  groups: [1, PIXELS, GROUPS, GROUP_FILTERS],
  rows: [PIXELS, FILTERS],
  output: [PIXELS, OUTPUTS],
} as const;

type Values = readonly number[];

/** What the check computes with: an image, the filter of a convolution, a matrix. */
export interface CheckInputs {
  readonly image: Values;
  readonly filter: Values;
  readonly matrix: Values;
}

/** Values between -1 and 1 without a pattern that an error could hide in. */
function waves(shape: readonly number[], frequency: number): number[] {
  const length = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length }, (_, i) => Math.sin(frequency * (i + 1)));
}

export const INPUTS: CheckInputs = {
  image: waves(SHAPES.image, 1.7),
  filter: waves(SHAPES.filter, 2.3),
  matrix: waves(SHAPES.matrix, 3.1),
};

/** The loss is the sum of the outputs times these. */
export const FACTORS = waves(SHAPES.output, 0.9);

/** Sum over `count` terms. */
function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

/** Convolution with stride 1 and zeros around the image: `[PIXELS, FILTERS]`. */
function convolve({ image, filter }: CheckInputs): number[] {
  const pixel = (y: number, x: number, c: number) =>
    y < 0 || x < 0 || y >= SIZE || x >= SIZE ? 0 : image[(y * SIZE + x) * CHANNELS + c]!;
  return Array.from({ length: PIXELS * FILTERS }, (_, i) => {
    const [at, f] = [Math.floor(i / FILTERS), i % FILTERS];
    const [y, x] = [Math.floor(at / SIZE), at % SIZE];
    return sum(KERNEL * KERNEL * CHANNELS, (k) => {
      const [cell, c] = [Math.floor(k / CHANNELS), k % CHANNELS];
      const [dy, dx] = [Math.floor(cell / KERNEL) - 1, (cell % KERNEL) - 1];
      return pixel(y + dy, x + dx, c) * filter[k * FILTERS + f]!;
    });
  });
}

/** Each group of channels with mean 0 and variance 1. */
function normalize(values: Values): number[] {
  const count = PIXELS * GROUP_FILTERS;
  const element = (group: number, i: number) =>
    values[Math.floor(i / GROUP_FILTERS) * FILTERS + group * GROUP_FILTERS + (i % GROUP_FILTERS)]!;
  const moments = Array.from({ length: GROUPS }, (_, group) => {
    const mean = sum(count, (i) => element(group, i)) / count;
    const variance = sum(count, (i) => (element(group, i) - mean) ** 2) / count;
    return { mean, scale: 1 / Math.sqrt(variance + EPSILON) };
  });
  return values.map((value, i) => {
    const { mean, scale } = moments[Math.floor((i % FILTERS) / GROUP_FILTERS)]!;
    return (value - mean) * scale;
  });
}

/** Convolution, group normalization and matrix product in float64: `[PIXELS, OUTPUTS]`. */
export function referenceOutput(inputs: CheckInputs): number[] {
  const rows = normalize(convolve(inputs));
  return Array.from({ length: PIXELS * OUTPUTS }, (_, i) => {
    const [row, column] = [Math.floor(i / OUTPUTS), i % OUTPUTS];
    return sum(FILTERS, (f) => rows[row * FILTERS + f]! * inputs.matrix[f * OUTPUTS + column]!);
  });
}

/** Gradient of the loss with respect to one input, by central differences: good to about 1e-9. */
export function referenceGradient(input: keyof CheckInputs): number[] {
  const step = 1e-5;
  const loss = (i: number, delta: number) => {
    const shifted = INPUTS[input].map((value, j) => (j === i ? value + delta : value));
    const output = referenceOutput({ ...INPUTS, [input]: shifted });
    return sum(output.length, (j) => output[j]! * FACTORS[j]!);
  };
  return INPUTS[input].map((_, i) => (loss(i, step) - loss(i, -step)) / (2 * step));
}
