import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import type { RasterImage } from '../../src/data/image.js';
import type { Colorization } from '../../src/inference/colorization.js';
import { type Colorizer, colorizer, loadColorizer } from '../../src/inference/colorizer.js';
import { paintPhoto } from '../../src/inference/paintPhoto.js';
import { saveColorizerModels } from '../../src/models/colorizerModels.js';
import type { MixtureDensityNetworkConfig } from '../../src/models/config.js';
import { randomGenerator } from '../../src/random.js';
import { solid } from '../data/pictures.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { colorfulModels, SMALLEST_MIXTURE, SMALLEST_VAE } from '../support/tinyModels.js';

/** A photo of random bytes. */
function photo(width: number, height: number, channels: number, seed: number): RasterImage {
  const { integer } = randomGenerator(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => integer(256)) };
}

const PHOTO = photo(21, 13, 3, 0);
const { components } = SMALLEST_MIXTURE;
const { imageSize, latentDim } = SMALLEST_VAE;

const smallestModels = (seed: number, mixture = SMALLEST_MIXTURE) =>
  colorfulModels(seed, { vae: SMALLEST_VAE, mixture });

const built: Colorizer[] = [];

function build(seed = 0): Colorizer {
  const made = colorizer(smallestModels(seed));
  built.push(made);
  return made;
}

/** What makes two results the same. */
const facts = ({ latent, weight, componentWeight, component, seed, colorField }: Colorization) => ({
  latent,
  weight,
  componentWeight,
  component,
  seed,
  colorField,
});

afterEach(() => {
  for (const made of built.splice(0)) made.dispose();
});

describe('colorizer()', () => {
  it('gives results of one photo, the weightiest first, that all differ', async () => {
    const results = await build().colorize(PHOTO, { count: components });
    expect(results).toHaveLength(components);
    const weights = results.map(({ weight }) => weight!);
    expect(weights).toEqual(weights.toSorted((one, other) => other - one));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(new Set(results.map(({ component }) => component)).size).toBe(components);
    expect(new Set(results.map(({ colorField }) => colorField.values.join())).size).toBe(components);
    for (const { width, height, colorField, latent } of results) {
      expect([width, height, latent.length]).toEqual([21, 13, latentDim]);
      expect(colorField.shape).toEqual([imageSize, imageSize, 2]);
      expect(colorField.values.every((value) => Math.abs(value) < 1)).toBe(true);
    }
  });

  it('gives five results where no count is asked for', async () => {
    expect(await build().colorize(PHOTO)).toHaveLength(5);
  });

  it('gives for each photo of a list what it gives for the photo alone', async () => {
    const { colorize } = build();
    const photos = [PHOTO, photo(1, 1, 1, 1), photo(9, 40, 4, 2)];
    const together = await colorize(photos, { count: 2 });
    expect(together).toHaveLength(3);
    for (const [i, results] of together.entries()) {
      const alone = await colorize(photos[i]!, { count: 2 });
      expect(results.map(facts)).toEqual(alone.map(facts));
    }
    expect(await colorize([])).toEqual([]);
  });

  it('draws the same samples for the same seed, and says which seed', async () => {
    const { colorize } = build();
    const draw = async (seed: number) =>
      (await colorize(PHOTO, { mode: 'samples', count: 3, seed })).map(facts);
    const first = await draw(7);
    expect(await draw(7)).toEqual(first);
    expect(await draw(8)).not.toEqual(first);
    expect(first.map(({ seed }) => seed)).toEqual([7, 7, 7]);
  });

  it('draws modes at temperature 0', async () => {
    const { colorize } = build();
    const modes = await colorize(PHOTO, { count: components });
    const drawn = await colorize(PHOTO, { mode: 'samples', temperature: 0, count: 3 });
    for (const { component, latent, componentWeight } of drawn) {
      const mode = modes.find((result) => result.component === component)!;
      expect([latent, componentWeight]).toEqual([mode.latent, mode.componentWeight]);
    }
  });

  it('decodes its latent codes to the same colors again, the same codes together bit for bit', async () => {
    const { colorize, decode } = build();
    const results = await colorize(PHOTO, { mode: 'samples', count: 20, seed: 1, leastDifference: 0 });
    const latents = results.map(({ latent }) => latent);
    const again = await decode(PHOTO, latents);
    expect(again.map(({ colorField }) => colorField)).toEqual(results.map(({ colorField }) => colorField));
    const [alone] = await decode(PHOTO, latents.slice(4, 5));
    // On GPUs the number of codes decoded together decides how sums are split.
    const tolerance = { rtol: 1e-5, atol: 1e-6 };
    await expectAllClose(alone!.colorField.values, results[4]!.colorField.values, tolerance);
    expect(alone).toMatchObject({ weight: null, component: null, seed: null, width: 21, height: 13 });
    expect(alone!.latent).toEqual(latents[4]);
    expect(alone!.latent).not.toBe(latents[4]);
  });

  it('encodes a photo once, whatever the number of results', async () => {
    const { colorize, models } = build();
    const encode = vi.spyOn(models.colorVae.conditionalEncoder, 'apply');
    await colorize(PHOTO, { mode: 'samples', count: 40 });
    expect(encode).toHaveBeenCalledTimes(1);
    await colorize([PHOTO, PHOTO], { count: 3 });
    expect(encode).toHaveBeenCalledTimes(3);
  });

  it('tells its progress after each photo', async () => {
    const told: unknown[] = [];
    await build().colorize([PHOTO, PHOTO], { count: 1, onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
  });

  it('gives up between photos with the reason of the signal, and leaves no tensor', async () => {
    const { colorize } = build();
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = vi.fn<() => void>(() => controller.abort(reason));
    await expectTensorsKeptAsync(0, async () => {
      const run = colorize([PHOTO, PHOTO, PHOTO], { count: 1, signal: controller.signal, onProgress });
      await expect(run).rejects.toBe(reason);
    });
    expect(onProgress).toHaveBeenCalledTimes(1);
  });

  it('leaves no tensor behind, however it is asked', async () => {
    const { colorize, decode } = build();
    await expectTensorsKeptAsync(0, async () => colorize(PHOTO));
    await expectTensorsKeptAsync(0, async () => colorize([PHOTO, PHOTO], { mode: 'samples', count: 17 }));
    await expectTensorsKeptAsync(0, async () => decode(PHOTO, [new Float32Array(latentDim)]));
  });

  it('frees its models when it is disposed', async () => {
    await expectTensorsKeptAsync(0, async () => {
      const { colorize, dispose } = colorizer(smallestModels(3));
      await colorize(PHOTO, { count: 1 });
      dispose();
    });
  });

  it('says what is wrong with a request, before any photo is looked at', async () => {
    const { colorize, decode } = build();
    const broken = { width: 2, height: 2, data: new Uint8Array(5) };
    const onProgress = vi.fn<() => void>();
    await expect(colorize(PHOTO, { count: components + 1 })).rejects.toThrow(
      new RangeError(
        'Cannot colorize as \'count\' must be at most 8, the number of components, in mode "modes": current value is 9',
      ),
    );
    await expect(colorize(PHOTO, { mode: 'best' as 'modes' })).rejects.toThrow(
      new TypeError(
        'Cannot colorize as \'mode\' must be one of "modes", "samples", "distinct": current value is "best"',
      ),
    );
    await expect(colorize(PHOTO, { temperature: -1 })).rejects.toThrow(RangeError);
    await expect(colorize(PHOTO, { seed: 0.5 })).rejects.toThrow(RangeError);
    await expect(colorize([PHOTO, broken], { onProgress })).rejects.toThrow(
      new TypeError(
        "Cannot colorize as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 5",
      ),
    );
    expect(onProgress).not.toHaveBeenCalled();
    await expect(decode(PHOTO, [])).rejects.toThrow(
      new RangeError(
        "Cannot decode latents as 'latents.length' must be a positive integer: current value is 0",
      ),
    );
    await expect(decode(PHOTO, [new Float32Array(3)])).rejects.toThrow(
      new RangeError(
        "Cannot decode latents as 'latents[0].length' must be 16, the latentDim of the color VAE: current value is 3",
      ),
    );
    await expect(decode(PHOTO, [new Float32Array(latentDim).fill(NaN, 2)])).rejects.toThrow(
      new RangeError("Cannot decode latents as 'latents[0][2]' must be finite: current value is NaN"),
    );
  });

  it('refuses networks that do not speak of the same codes', () => {
    const models = smallestModels(0, { ...SMALLEST_MIXTURE, latentDim: 5 });
    expect(() => colorizer(models)).toThrow(
      new RangeError(
        "Cannot create colorizer as 'mixtureDensityNetwork.config.latentDim' must be 16, " +
          'the latentDim of the color VAE: current value is 5',
      ),
    );
    models.colorVae.dispose();
    models.mixtureDensityNetwork.dispose();
  });
});

describe('colorizer() with features', () => {
  const mixture: MixtureDensityNetworkConfig = {
    ...SMALLEST_MIXTURE,
    input: { kind: 'features', shape: [4, 4, 2] },
    trunk: [{ filters: 4, kernelSize: 3, strides: 2 }],
  };

  it('shows the feature network the lightness in 0..100, at its size', async () => {
    const lightness = input({ shape: [8, 8, 1] });
    const pooled = layers.averagePooling2d({ poolSize: 2, strides: 2 }).apply(lightness) as SymbolicTensor;
    const outputs = layers.concatenate().apply([pooled, pooled]) as SymbolicTensor;
    const network = model({ inputs: lightness, outputs });
    const apply = network.apply.bind(network);
    const seen: tf.Tensor[] = [];
    vi.spyOn(network, 'apply').mockImplementation((x, options) => {
      seen.push(tf.keep(tf.clone(x as tf.Tensor)));
      return apply(x, options);
    });
    const { colorize, dispose } = colorizer(smallestModels(0, mixture), {
      features: { network, imageSize: 8 },
    });
    await expectTensorsKeptAsync(1, async () => colorize(solid(3, 3, [255]), { count: 2 }));
    expect(seen.map(({ shape }) => shape)).toEqual([[1, 8, 8, 1]]);
    await expectAllClose(seen[0]!, new Array<number>(64).fill(100));
    tf.dispose(seen);
    dispose();
    network.dispose();
  });

  it('says when there are none, and frees what it loaded', async () => {
    const models = smallestModels(0, mixture);
    const message =
      "Cannot create colorizer as 'features' must be given, as the mixture density network looks at features: " +
      'current value is undefined';
    expect(() => colorizer(models)).toThrow(new TypeError(message));
    const store = memoryStore();
    await saveColorizerModels(store, models);
    models.colorVae.dispose();
    models.mixtureDensityNetwork.dispose();
    await expectTensorsKeptAsync(0, async () => {
      await expect(loadColorizer(store)).rejects.toThrow(new TypeError(message));
    });
  });
});

describe('loadColorizer()', () => {
  it('gives the very results of the colorizer that was saved', async () => {
    const original = build(5);
    const store = memoryStore();
    await saveColorizerModels(store, original.models, { notes: { data: 'none' } });
    const loaded = await loadColorizer(store);
    built.push(loaded);
    const [one, other] = [await original.colorize(PHOTO), await loaded.colorize(PHOTO)];
    expect(other.map(facts)).toEqual(one.map(facts));
  });

  it('gives up with the reason of the signal', async () => {
    const store = memoryStore();
    await saveColorizerModels(store, build().models);
    const reason = new Error('enough');
    await expectTensorsKeptAsync(0, async () => {
      await expect(loadColorizer(store, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });
});

describe('a Colorization', () => {
  it('paints the photo with its color field, anew each time', async () => {
    const [result] = await build().colorize(PHOTO, { count: 1 });
    const painted = await paintPhoto(PHOTO, result!.colorField);
    const raster = await result!.toRaster();
    expect(raster).toEqual(painted);
    raster.data.fill(0);
    expect(await result!.toRaster()).toEqual(painted);
  });
});
