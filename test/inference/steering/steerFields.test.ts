import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { ciede2000 } from '../../../src/ciede2000.js';
import type { ChosenField, EncodedPhoto } from '../../../src/inference/chooseFields.js';
import { abStatistics } from '../../../src/inference/steering/colorStatistics.js';
import type { PlacedWishes } from '../../../src/inference/steering/prepareWishes.js';
import { steerFields } from '../../../src/inference/steering/steerFields.js';
import type { ColorVae } from '../../../src/models/colorVae.js';
import { mixtureTensors } from '../../reference/randomMixtures.js';
import { SMALLEST_VAE } from '../../support/tinyModels.js';

const SIDE = 2;
/** The left column is darker than the right one. */
const LIGHTNESS = Float32Array.from([0, 1, 2, 3], (pixel) => (pixel % 2 === 0 ? 100 / 3 : 200 / 3));
const SCALE = 128;
/** Deviations of what can be moved to any color, and of what stays as it is. */
const [FREE, FIXED] = [0.5, 1e-4];

type Ab = readonly [a: number, b: number];

/** What is wished for on the left. */
const WISHED: Ab = [30, 20];
const GREEN: Ab = [-50, 40];
const MAGENTA: Ab = [50, -40];

/** CIEDE2000 difference of a color to the one that is wished for, on the lightness of the left. */
const difference = ([a, b]: Ab) => ciede2000([LIGHTNESS[0]!, a, b], [LIGHTNESS[0]!, ...WISHED]);

/** A color that misses the one that is wished for by so much, in units of CIEDE2000. */
function missing(error: number): Ab {
  let [near, far] = [0, 100];
  for (let i = 0; i < 40; i++) {
    const middle = (near + far) / 2;
    if (difference([WISHED[0], WISHED[1] - middle]) < error) near = middle;
    else far = middle;
  }
  return [WISHED[0], WISHED[1] - far];
}

/** A component of the mixture: how likely it is, and what its mean paints. */
interface Way {
  readonly weight: number;
  readonly left: Ab;
  readonly right?: Ab;
  /** Deviation of the color on the left; that on the right stays. */
  readonly deviation?: number;
}

/** Paints the columns in the two colors that a code consists of. */
const twoColors = {
  config: { ...SMALLEST_VAE, imageSize: SIDE, latentDim: 4 },
  conditionalEncoder: { outputs: [] },
  decoder: {
    apply: ([z]: readonly tf.Tensor2D[]) => {
      const row = tf.reshape(z!, [z!.shape[0], 1, SIDE, 2]);
      return tf.concat([row, row], 1);
    },
  },
} as unknown as ColorVae;

const encodedOf = (ways: readonly Way[]): EncodedPhoto => ({
  vae: twoColors,
  mixture: mixtureTensors([
    {
      logits: ways.map(({ weight }) => Math.log(weight)),
      means: ways.map(({ left, right = GREEN }) => [...left, ...right].map((value) => value / SCALE)),
      logStdDevs: ways.map(({ deviation = FIXED }) => [deviation, deviation, FIXED, FIXED].map(Math.log)),
    },
  ]),
  conditioning: [],
  lightness: LIGHTNESS,
});

const leftOf = (values: ArrayLike<number>): Ab => [values[0]! * SCALE, values[1]! * SCALE];

const NOTHING: PlacedWishes = {
  size: SIDE,
  lightness: LIGHTNESS,
  saturation: 1,
  hints: [],
  lock: null,
  palette: [],
  reference: null,
  apply: (field) => Float32Array.from(field),
  errorsOf: () => ({ hints: [], palette: [], reference: null }),
};
/** Hints in both rows, on the left, that are not made up for, so that results show what their codes do. */
const HINTS: PlacedWishes = {
  ...NOTHING,
  hints: [0, 2].map((pixel) => ({ pixels: [pixel], weights: [1], ab: WISHED, lightness: LIGHTNESS[0]! })),
  errorsOf: (field) => {
    const error = difference(leftOf(field));
    return { hints: [error, error], palette: [], reference: null };
  },
};
const PALETTE: PlacedWishes = { ...NOTHING, palette: [WISHED] };
const ASKED = [0, 1, 2, 3].map((pixel) => (pixel % 2 === 0 ? WISHED : GREEN));
const REFERENCE: PlacedWishes = {
  ...NOTHING,
  reference: {
    lab: Float32Array.from(ASKED.flatMap((ab, pixel) => [LIGHTNESS[pixel]!, ...ab])),
    ...abStatistics(ASKED.flat()),
  },
};

/** Draws are means of components again, as the temperature is 0. */
async function steered(
  ways: readonly Way[],
  wishes: PlacedWishes,
  { count, leastDifference = 1 }: { readonly count: number; readonly leastDifference?: number },
): Promise<ChosenField[]> {
  const encoded = encodedOf(ways);
  const choice = { count, leastDifference, mode: 'modes', temperature: 0, seed: 0 } as const;
  try {
    return await steerFields(encoded, wishes, { ...choice, signal: undefined, onShare: () => {} });
  } finally {
    tf.dispose({ ...encoded.mixture });
  }
}

const componentsOf = (results: readonly ChosenField[]) => results.map(({ component }) => component);
const errorsOf = (results: readonly ChosenField[]) =>
  results.map(({ colorField }) => difference(leftOf(colorField.values)));

describe('steerFields() from codes that stay where they are', () => {
  it('prefers a likely code to an unlikely one that obeys hardly better', async () => {
    const ways = [
      { weight: 0.91, left: missing(40) },
      { weight: 0.09, left: missing(1) },
      { weight: 1e-4, left: WISHED },
    ];
    expect(componentsOf(await steered(ways, HINTS, { count: 1 }))).toEqual([1]);
  });

  it('finds the code that obeys among likelier ones that differ more', async () => {
    const ways = [
      { weight: 0.6, left: missing(40) },
      { weight: 0.3, left: GREEN, right: MAGENTA },
      { weight: 0.1, left: WISHED },
    ];
    expect(componentsOf(await steered(ways, HINTS, { count: 1 }))).toEqual([2]);
  });

  it.each([
    ['prefers', 'a little', 6, 0],
    ['passes over', 'much', 10, 1],
  ] as const)('%s a code sixteen times as likely that misses hints by %s', async (_, __, error, chosen) => {
    const ways = [
      { weight: 16 / 17, left: missing(error) },
      { weight: 1 / 17, left: WISHED },
    ];
    expect(componentsOf(await steered(ways, HINTS, { count: 1 }))).toEqual([chosen]);
  });
});

describe('steerFields() from codes that can be moved', () => {
  /** All of them can be moved to the same colors. */
  const ALIKE: readonly Way[] = [
    { weight: 0.5, left: WISHED, deviation: FREE },
    { weight: 0.26, left: missing(4), deviation: FREE },
    { weight: 0.24, left: missing(11.5), deviation: FREE },
  ];

  it('moves a code that differs, however many that look alike obey already', async () => {
    const ways = [
      { weight: 0.9, left: WISHED },
      { weight: 0.1, left: missing(20), right: MAGENTA, deviation: FREE },
    ];
    const results = await steered(ways, HINTS, { count: 2 });
    expect(componentsOf(results)).toEqual([0, 1]);
    for (const error of errorsOf(results)) expect(error).toBeLessThan(1);
  });

  it('gives moved codes that differ enough, though one that was not moved differs more', async () => {
    const [a, b] = GREEN;
    const ways = [
      { weight: 0.5, left: WISHED },
      { weight: 0.5, left: missing(11.5), right: [a, b + 0.3] as const, deviation: FREE },
    ];
    const results = await steered(ways, HINTS, { count: 2, leastDifference: 0.05 });
    expect(new Set(componentsOf(results))).toEqual(new Set([0, 1]));
    for (const error of errorsOf(results)) expect(error).toBeLessThan(1);
  });

  it('adds the code that differs most of those not moved, where moved ones look alike', async () => {
    const results = await steered(ALIKE, HINTS, { count: 2 });
    expect(componentsOf(results)).toEqual([0, 2]);
    const [obeying, other] = errorsOf(results);
    expect(obeying).toBeLessThan(1);
    expect(other).toBeCloseTo(11.5, 3);
  });

  it.each([
    ['palette', PALETTE],
    ['reference', REFERENCE],
  ])('gives fewer results rather than a code that was not moved, with a %s', async (_, wishes) => {
    const results = await steered(ALIKE, wishes, { count: 2 });
    expect(results).toHaveLength(1);
    expect(errorsOf(results)[0]).toBeLessThan(1);
  });
});
