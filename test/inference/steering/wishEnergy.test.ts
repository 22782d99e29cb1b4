import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { abStatistics } from '../../../src/inference/steering/colorStatistics.js';
import type { PlacedHint, PlacedWishes } from '../../../src/inference/steering/prepareWishes.js';
import { wishEnergy } from '../../../src/inference/steering/wishEnergy.js';
import { randomGenerator } from '../../../src/random.js';
import {
  hintEnergy64,
  lockEnergy64,
  paletteEnergy64,
  referenceEnergy64,
} from '../../reference/wishEnergy.js';
import { expectAllClose, expectTensorsKept, numericGradient } from '../../support/numeric.js';

const SIZE = 4;
const PIXELS = SIZE * SIZE;
const BATCH = 2;

/** Numbers from `least` to `most` that float32 holds exactly. */
function numbers(count: number, [least, most]: readonly [number, number], seed: number): number[] {
  const { uniform } = randomGenerator(seed);
  return Array.from({ length: count }, () => Math.fround(least + (most - least) * uniform()));
}

const LIGHTNESS = numbers(PIXELS, [0, 100], 1);
const FIELDS = [0, 1].map((i) => numbers(PIXELS * 2, [-0.4, 0.4], 10 + i));

const HINTS: readonly PlacedHint[] = [
  { pixels: [5], weights: [1], ab: [40, -25], lightness: 50 },
  { pixels: [6, 7, 10, 11], weights: [0.125, 0.375, 0.125, 0.375], ab: [-3, 60], lightness: 50 },
  { pixels: [0, 1], weights: [0.25, 0.75], ab: [0.5, -0.5], lightness: 50 }, // as good as grey
];
const LOCK = { mask: numbers(PIXELS, [0, 1], 2), values: numbers(PIXELS * 2, [-0.3, 0.3], 3) };
const PALETTE = [[30, 20], [-45, 10], [0, -12]] as const; // prettier-ignore

/** Lab of the 25 pixels of a reference photo; none is in the darkest range. */
const REFERENCE = Array.from({ length: 25 }, (_, i) => {
  const [l, a, b] = numbers(3, [-1, 1], 100 + i) as [number, number, number];
  return [65 + 30 * l, 15 + 25 * a, 10 * a + 15 * b - 5].map(Math.fround) as [number, number, number];
});
const referenceColors = (pixels: readonly (readonly number[])[]) => ({
  lab: Float32Array.from(pixels.flat()),
  ...abStatistics(pixels.flatMap(([, a, b]) => [a!, b!])),
});

function placed(wishes: Partial<PlacedWishes>): PlacedWishes {
  return {
    size: SIZE,
    lightness: Float32Array.from(LIGHTNESS),
    saturation: 1,
    hints: [],
    lock: null,
    palette: [],
    reference: null,
    apply: (field) => Float32Array.from(field),
    errorsOf: () => ({ hints: [], palette: [], reference: null }),
    ...wishes,
  };
}

interface Case {
  readonly wishes: Partial<PlacedWishes>;
  readonly twin: (field: number[]) => number;
}

const lock = { mask: Float32Array.from(LOCK.mask), values: LOCK.values };
const CASES: Readonly<Record<string, Case>> = {
  hints: { wishes: { hints: HINTS }, twin: (field) => hintEnergy64(field, HINTS) },
  'a lock': { wishes: { lock }, twin: (field) => lockEnergy64(field, LOCK) },
  'a palette': { wishes: { palette: PALETTE }, twin: (field) => paletteEnergy64(field, PALETTE) },
  'one color': { wishes: { palette: [PALETTE[1]] }, twin: (field) => paletteEnergy64(field, [PALETTE[1]]) },
  'a reference': {
    wishes: { reference: referenceColors(REFERENCE) },
    twin: (field) => referenceEnergy64(field, LIGHTNESS, REFERENCE),
  },
  'hints and a palette, more saturated': {
    wishes: { hints: HINTS, palette: PALETTE, saturation: 1.5 },
    twin: (field) => {
      const seen = field.map((value) => 1.5 * value);
      return hintEnergy64(seen, HINTS) + paletteEnergy64(seen, PALETTE);
    },
  },
};

const fields = () => tf.tensor4d(FIELDS.flat(), [BATCH, SIZE, SIZE, 2]);

describe('wishEnergy()', () => {
  it.each(Object.entries(CASES))('equals the float64 formula for %s', async (_, { wishes, twin }) => {
    const energy = wishEnergy(placed(wishes));
    await expectAllClose(tf.tidy(() => energy(fields())), FIELDS.map(twin), { rtol: 1e-4 }); // prettier-ignore
  });

  it.each(Object.entries(CASES))(
    'has the slopes of the float64 formula for %s',
    async (_, { wishes, twin }) => {
      const energy = wishEnergy(placed(wishes));
      const gradient = tf.grad((x) => tf.sum(energy(x as tf.Tensor4D)))(fields());
      const expected = FIELDS.flatMap((field) => numericGradient(twin, field));
      const largest = Math.max(...expected.map(Math.abs));
      await expectAllClose(gradient, expected, { rtol: 1e-3, atol: 1e-4 * largest });
    },
  );

  it('costs nothing where hints and locked colors are met', async () => {
    const values = FIELDS[0]!.map((value, i) => (i >> 1 === 5 ? HINTS[0]!.ab[i % 2]! / 128 : value));
    const energy = wishEnergy(placed({ hints: [HINTS[0]!], lock: { ...lock, values } }));
    const cost = tf.tidy(() => energy(tf.tensor4d(values, [1, SIZE, SIZE, 2])));
    await expectAllClose(cost, [0], { atol: 1e-6 });
  });

  it('costs least for a reference where the field is of its colors', async () => {
    // The very pixels of the field: every mean and covariance agrees.
    const own = LIGHTNESS.map((l, p) => [l, 128 * FIELDS[0]![2 * p]!, 128 * FIELDS[0]![2 * p + 1]!]);
    const energy = wishEnergy(placed({ reference: referenceColors(own) }));
    const [same, other] = await tf.tidy(() => energy(fields())).data();
    expect(same).toBeLessThan(1e-3);
    expect(other).toBeGreaterThan(1);
  });

  it('leaves no tensor but the costs', () => {
    for (const { wishes } of Object.values(CASES)) {
      const energy = wishEnergy(placed(wishes));
      const field = fields();
      expectTensorsKept(1, () => tf.tidy(() => energy(field)));
    }
  });
});
