import { expect, inject, it, onTestFinished } from 'vitest';

import { memoryStore } from '../../../src/checkpoint/memoryStore.js';
import { memorySource } from '../../../src/data/imageSource.js';
import { colorizer } from '../../../src/inference/colorizer.js';
import { disposeColorizerModels, saveColorizerModels } from '../../../src/models/colorizerModels.js';
import { trainColorizer } from '../../../src/training/trainColorizer.js';
import { loadWorkerColorizer } from '../../../src/worker/loadWorkerColorizer.js';
import { startWorkerTraining } from '../../../src/worker/startWorkerTraining.js';
import { fileOf } from '../../support/fileOf.js';
import { colorfulModels, SMALLEST_MIXTURE, SMALLEST_VAE } from '../../support/tinyModels.js';
import { expectSame, formulaPhoto } from '../../support/workerResults.js';
import { COLORS, grainy } from '../../training/smallPictures.js';

const SOFTWARE_GPU = { backends: ['webgpu'], allowSoftware: true } as const;

it('colors photos on WebGPU in a worker as the page does', async () => {
  expect(inject('backend')).toBe('webgpu');
  const store = memoryStore();
  const page = colorizer(colorfulModels(1));
  await saveColorizerModels(store, page.models);
  const worker = await loadWorkerColorizer(store, SOFTWARE_GPU);
  onTestFinished(() => {
    worker.dispose();
    page.dispose();
  });
  expect(worker.backend).toMatchObject({ backend: 'webgpu', adapter: { isSoftware: true }, skipped: [] });
  const photo = formulaPhoto(37, 29);
  const options = { mode: 'samples', count: 3, temperature: 0.7, seed: 4, saturation: 1.5 } as const;
  const expected = await page.colorize(photo, options);
  await expectSame(await worker.colorize(photo, options), expected);
  const latents = expected.map(({ latent }) => latent);
  await expectSame(await worker.decode(photo, latents), await page.decode(photo, latents));
});

it('trains on WebGPU in a worker as the page does', async () => {
  // Too small to be shrunk, so that the page trains on the same pixels.
  const pictures = COLORS.slice(0, 3).map((color, i) => grainy(10, color, i));
  const names = pictures.map((_, i) => `${i}.png`);
  const configs = { colorVae: SMALLEST_VAE, mixtureDensityNetwork: SMALLEST_MIXTURE };
  const plan = { configs, seed: 3, steps: 2, batchSize: 2 };
  const source = await Promise.all(pictures.map(async (picture, i) => fileOf(picture, names[i]!)));

  const training = await startWorkerTraining({ ...plan, ...SOFTWARE_GPU, source });
  onTestFinished(() => training.dispose());
  expect(training.backend.backend).toBe('webgpu');
  await training.finished;

  const models = await trainColorizer({ ...plan, source: memorySource(pictures, names) });
  const store = memoryStore();
  await saveColorizerModels(store, models);
  disposeColorizerModels(models);
  expect(await training.save()).toEqual(store.files());
});
