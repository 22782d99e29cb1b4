import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { mixtureLogProbability } from '../../../src/distributions/gaussianMixture.js';
import type { EncodedPhoto } from '../../../src/inference/chooseFields.js';
import type { LatentCandidate } from '../../../src/inference/chooseLatents.js';
import { refineLatents, type RefineOptions } from '../../../src/inference/steering/refineLatents.js';
import { type ColorVae, decodeLatents, encodeGreyLevel } from '../../../src/models/colorVae.js';
import { colorVae } from '../../../src/models/colorVae.js';
import { type Mixture64, mixtureLogProbability64 } from '../../reference/mixture.js';
import { codeTensor, mixtureTensors } from '../../reference/randomMixtures.js';
import { uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKeptAsync, numericGradient } from '../../support/numeric.js';
import { SMALLEST_VAE } from '../../support/tinyModels.js';

const DIMENSIONS = SMALLEST_VAE.latentDim;
const row = (seed: number, scale: number) => Array.from(uniform([DIMENSIONS], seed), (x) => scale * x);

/** Two components that overlap, of other deviations in each dimension. */
const DIAGONAL: Mixture64 = {
  logits: [0.25, -0.5],
  means: [row(1, 1), row(2, 1)],
  logStdDevs: [row(3, 0.5), row(4, 0.5)],
};
const ISOTROPIC: Mixture64 = { ...DIAGONAL, logStdDevs: [[-0.25], [0.5]] };

let vae: ColorVae;
let conditioning: tf.Tensor4D[];

beforeAll(() => {
  vae = colorVae({ config: SMALLEST_VAE, seed: 0 });
  const size = SMALLEST_VAE.imageSize;
  const grey = tf.tensor4d(uniform([1, size, size, 1], 5), [1, size, size, 1]);
  conditioning = [...encodeGreyLevel(vae, grey)];
  grey.dispose();
});

afterAll(() => {
  tf.dispose(conditioning);
  vae.dispose();
});

const encodedOf = (mixture: Mixture64): EncodedPhoto => ({
  vae,
  mixture: mixtureTensors([mixture]),
  conditioning,
  lightness: new Float32Array(0),
});

const starts: readonly LatentCandidate[] = [0, 1, 1].map((component, i) => ({
  latent: Float32Array.from(row(10 + i, 2)),
  component,
  seed: null,
  componentWeight: 0.5,
}));
const quiet = { signal: undefined, onShare: () => {} };

/** The distance of fields to grey, by a large factor. */
const pale: RefineOptions['energy'] = (fields) =>
  tf.mul<tf.Tensor1D>(tf.sum(tf.square(fields), [1, 2, 3]), 50);
const free: RefineOptions['energy'] = (fields) => tf.zeros([fields.shape[0]]);

/** Adam as published, in float64: 40 steps in deviations of a component, from 0.3 to 0.03 of them. */
function descend64(start: LatentCandidate, mixture: Mixture64): number[] {
  const deviations = row(0, 0).map((_, j) => {
    const own = mixture.logStdDevs[start.component]!;
    return Math.exp(own[j] ?? own[0]!);
  });
  const place = (offsets: readonly number[]) =>
    offsets.map((offset, j) => start.latent[j]! + deviations[j]! * offset);
  const cost = (offsets: number[]) => -mixtureLogProbability64(place(offsets), mixture);
  let offsets = row(0, 0);
  const [m, v] = [row(0, 0), row(0, 0)];
  for (let t = 1; t <= 40; t++) {
    const gradient = numericGradient(cost, offsets);
    const rate = 0.3 * 10 ** (-(t - 1) / 39);
    offsets = offsets.map((offset, j) => {
      m[j] = 0.9 * m[j]! + 0.1 * gradient[j]!;
      v[j] = 0.99 * v[j]! + 0.01 * gradient[j]! ** 2;
      return offset - (rate * (m[j] / (1 - 0.9 ** t))) / (Math.sqrt(v[j] / (1 - 0.99 ** t)) + 1e-8);
    });
  }
  return place(offsets);
}

describe('refineLatents()', () => {
  it.each([
    ['diagonal', DIAGONAL],
    ['isotropic', ISOTROPIC],
  ] as const)(
    'climbs to where a mixture of %s components is densest, as Adam in float64',
    async (_, mixture) => {
      const found = await refineLatents(encodedOf(mixture), starts, { ...quiet, energy: free });
      for (const [i, latent] of found.entries())
        await expectAllClose(latent, descend64(starts[i]!, mixture), { rtol: 1e-3, atol: 2e-3 });
    },
  );

  it('pays for what the fields cost with what the codes are worth', async () => {
    const encoded = encodedOf(DIAGONAL);
    const costsOf = async (latents: readonly ArrayLike<number>[]) => {
      const z = codeTensor(latents.map((latent) => Array.from(latent)));
      const energies = await pale(decodeLatents(vae, z, conditioning)).data();
      const densities = await mixtureLogProbability(z, mixtureTensors(latents.map(() => DIAGONAL))).data();
      return latents.map((_, i) => ({ energy: energies[i]!, total: energies[i]! - densities[i]! }));
    };
    const before = await costsOf(starts.map(({ latent }) => latent));
    const densest = await costsOf(await refineLatents(encoded, starts, { ...quiet, energy: free }));
    const after = await costsOf(await refineLatents(encoded, starts, { ...quiet, energy: pale }));
    after.forEach(({ energy, total }, i) => {
      expect(total).toBeLessThan(before[i]!.total);
      expect(total).toBeLessThan(densest[i]!.total);
      expect(energy).toBeLessThan(0.9 * densest[i]!.energy);
    });
  });

  it('moves each code on its own', async () => {
    const encoded = encodedOf(DIAGONAL);
    const together = await refineLatents(encoded, starts, { ...quiet, energy: pale });
    const [alone] = await refineLatents(encoded, [starts[2]!], { ...quiet, energy: pale });
    await expectAllClose(together[2]!, alone!, { rtol: 1e-3, atol: 1e-3 });
  });

  it('tells its progress, stops where it is told to, and leaves no tensor behind', async () => {
    const encoded = encodedOf(DIAGONAL);
    const shares: number[] = [];
    const onShare = (share: number) => void shares.push(share);
    await expectTensorsKeptAsync(0, async () =>
      refineLatents(encoded, starts, { energy: pale, signal: undefined, onShare }),
    );
    expect(shares).toHaveLength(40);
    expect(shares.at(-1)).toBe(1);
    const reason = new Error('enough');
    await expectTensorsKeptAsync(0, async () => {
      const options = { energy: pale, signal: AbortSignal.abort(reason), onShare };
      await expect(refineLatents(encoded, starts, options)).rejects.toBe(reason);
    });
    expect(shares).toHaveLength(40);
  });

  it('frees what it made where the cost of the fields throws', async () => {
    const encoded = encodedOf(DIAGONAL);
    const broken = new Error('no cost');
    const energy = () => {
      throw broken;
    };
    await expectTensorsKeptAsync(0, async () => {
      await expect(refineLatents(encoded, starts, { ...quiet, energy })).rejects.toBe(broken);
    });
  });
});
