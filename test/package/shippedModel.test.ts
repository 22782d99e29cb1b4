import { describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import type { ColorizerEvaluation, SystemEvaluation } from '../../src/evaluation/evaluation.js';
import { disposeColorizerModels, loadColorizerModels } from '../../src/models/colorizerModels.js';
import { type ModelCard, modelCard } from '../../tools/modelCard.js';
import { packModel } from '../../tools/packModel.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { tinyModels } from '../support/tinyModels.js';

const estimate = (value: number) => ({ value, interval: [value / 2, value * 2] as const });

/** A system of which only the error of the best result is known. */
const system = (name: SystemEvaluation['name'], error: number) =>
  ({
    name,
    figures: new Proxy({}, { get: (_, key) => (key === 'bestError' ? estimate(error) : null) }),
  }) as never;

const evaluation = {
  settings: { count: 5, mode: 'modes' },
  size: 64,
  photos: Array.from({ length: 1234 }),
  systems: [system('model', 0.06), system('grey', 0.08)],
} as unknown as ColorizerEvaluation;

const card: ModelCard = {
  preset: 'compact',
  parameters: { colorVae: 2_807_106, mixtureDensityNetwork: 1_887_752 },
  bytes: 4_900_000,
  sha256: 'f'.repeat(64),
  version: '1.2.3',
  date: '2026-11-25',
  pictures: 50_000,
  heldOut: 1500,
  recipe: 'make it',
  sets: [{ title: 'Held out', evaluation, command: 'measure it' }],
};

describe('packModel()', () => {
  it('makes two files of fixed names that load as the model, rounded, with its notes', async () => {
    await expectTensorsKeptAsync(0, async () => {
      const models = tinyModels(3);
      const files = await packModel(models, { date: 'today' });
      expect([...files.keys()]).toEqual(['weights.bin', 'polyhue.json']);
      const packed = await loadColorizerModels(memoryStore(files));
      expect(packed.notes).toEqual({ date: 'today' });
      const kernels = [models, packed].map(({ colorVae }) => colorVae.decoder.getWeights()[0]!);
      const [exact, rounded] = await Promise.all(kernels.map(async (kernel) => kernel.data()));
      const range = Math.max(...exact!) - Math.min(...exact!);
      expect(Math.max(...exact!.map((value, i) => Math.abs(value - rounded![i]!)))).toBeLessThanOrEqual(
        range / 255 / 2 + 1e-6,
      );
      disposeColorizerModels(models);
      disposeColorizerModels(packed);
    });
  });
});

describe('modelCard()', () => {
  it('tells figures with their intervals, the share of grey, the commands and the facts', () => {
    const text = modelCard(card);
    for (const part of [
      '1,234 photos at 64 x 64 pixels, 5 results, mode `modes`',
      '| the model | 0.0600 | 0.0300 to 0.1200 |',
      '| grey | 0.0800 | 0.0400 to 0.1600 |',
      'The best of 5 has 75.0 % of the error of grey.',
      '```sh\nmeasure it\n```',
      '4,900,000 bytes in two files',
      'trained on 50,000 pictures; 1,500 more were held out',
      'The color VAE (2,807,106 parameters)',
      'make it\n',
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });
});
