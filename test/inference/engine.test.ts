import { describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { readTensors } from '../../src/checkpoint/tensorData.js';
import { colorizer, loadColorizer } from '../../src/inference/colorizer.js';
import { colorizeSequence } from '../../src/inference/colorizeSequence.js';
import type { ColorizerEngine } from '../../src/inference/engine.js';
import { squareLightness } from '../../src/inference/greyInput.js';
import { disposeColorizerModels, saveColorizerModels } from '../../src/models/colorizerModels.js';
import { solid } from '../data/pictures.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { colorfulModels, SMALLEST_MIXTURE, SMALLEST_VAE } from '../support/tinyModels.js';

const PHOTO = solid(12, 9, [90, 120, 70]);
const { components } = SMALLEST_MIXTURE;
const { imageSize, latentDim } = SMALLEST_VAE;

/** An engine that says of every photo the same, and writes down what it is asked. */
function fixedEngine() {
  const asked: (readonly [string, Float32Array, number])[] = [];
  const engine: ColorizerEngine = {
    mixture: async (lightness) => {
      asked.push(['mixture', lightness.slice(), 1]);
      return {
        logits: { shape: [1, components], values: Float32Array.from({ length: components }, (_, i) => -i) },
        means: {
          shape: [1, components, latentDim],
          values: Float32Array.from({ length: components * latentDim }, (_, i) => i),
        },
        logStdDevs: { shape: [1, components, 1], values: new Float32Array(components) },
      };
    },
    colorFields: async (lightness, latents) => {
      asked.push(['colorFields', lightness.slice(), latents.length]);
      return latents.map((latent) => ({
        shape: [imageSize, imageSize, 2],
        values: new Float32Array(imageSize * imageSize * 2).fill(latent[0]! / 1000),
      }));
    },
  };
  return { engine, asked };
}

/** Models, and a colorizer of them with an engine. */
function withEngine() {
  const models = colorfulModels(0, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE });
  const { engine, asked } = fixedEngine();
  return { models, asked, painter: colorizer(models, { engine }) };
}

describe('an engine', () => {
  it('computes mixtures and color fields of the lightness of the photo', async () => {
    const { models, asked, painter } = withEngine();
    const results = await painter.colorize(PHOTO, { count: 2, leastDifference: 0 });
    expect(results.map(({ latent }) => latent[0])).toEqual([0, latentDim]);
    expect(results.map(({ colorField }) => colorField.values[0])).toEqual([0, Math.fround(latentDim / 1000)]);
    // Two components of log weights 0 and -1: 1 / (1 + e^-1).
    expect(results[0]!.weight).toBeCloseTo(0.7310586, 6);
    const square = squareLightness(PHOTO, imageSize);
    const lightness = (await readTensors(new Map([['L', square]]))).get('L')!.values;
    square.dispose();
    expect(asked).toEqual([['mixture', lightness, 1], ['colorFields', lightness, 2]]); // prettier-ignore
    disposeColorizerModels(models);
  });

  it('decodes given codes, and finished fields are those it gives, times the saturation', async () => {
    const { models, painter } = withEngine();
    const latent = new Float32Array(latentDim).fill(100);
    const [plain] = await painter.decode(PHOTO, [latent]);
    const [half] = await painter.decode(PHOTO, [latent], { saturation: 0.5 });
    expect(plain!.colorField.values[0]).toBeCloseTo(0.1, 6);
    expect(half!.colorField.values[0]).toBeCloseTo(0.05, 6);
    disposeColorizerModels(models);
  });

  it('is not asked where gradients are needed, nor for clips: these are the same as without it', async () => {
    const { models, asked, painter } = withEngine();
    const plain = colorizer(models);
    const wishes = { hints: [{ x: 2, y: 3, rgb: [200, 30, 40] as const }] };
    const fieldsOf = async (one: typeof painter) => {
      const results = await one.colorize(PHOTO, { count: 2, ...wishes });
      const decoded = await one.decode(PHOTO, results.map(({ latent }) => latent), wishes); // prettier-ignore
      return [...results, ...decoded].map(({ colorField }) => colorField);
    };
    expect(await fieldsOf(painter)).toEqual(await fieldsOf(plain));
    for await (const { results } of colorizeSequence(painter, [PHOTO])) expect(results).toHaveLength(1);
    expect(asked).toEqual([]);
    disposeColorizerModels(models);
  });

  it('leaves no tensor, whether it answers or fails', async () => {
    const { models, painter } = withEngine();
    await expectTensorsKeptAsync(0, async () => painter.colorize(PHOTO, { count: 2 }));
    const { engine } = fixedEngine();
    const failure = new Error('out of order');
    const failing = { ...engine, colorFields: async () => Promise.reject(failure) };
    await expectTensorsKeptAsync(0, async () => {
      await expect(colorizer(models, { engine: failing }).colorize(PHOTO)).rejects.toBe(failure);
    });
    disposeColorizerModels(models);
  });

  it('is passed on by loadColorizer', async () => {
    const { models, asked } = withEngine();
    const store = memoryStore();
    await saveColorizerModels(store, models);
    const { engine, asked: now } = fixedEngine();
    const loaded = await loadColorizer(store, { engine });
    await loaded.colorize(PHOTO, { count: 1 });
    expect([asked, now.map(([work]) => work)]).toEqual([[], ['mixture', 'colorFields']]);
    loaded.dispose();
    disposeColorizerModels(models);
  });
});
