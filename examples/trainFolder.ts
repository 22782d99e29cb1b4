/**
 * Trains a colorizer on a folder of photos: leaves grey ones out, measures by held-out ones after each epoch, keeps the best
 * weights, and goes on where it stopped when it is run again.
 *
 * Run: npx tsx examples/trainFolder.ts FOLDER OUT            minutes to hours (STEPS=2: seconds); PRESET=compact for real use
 */
import {
  cachedSource,
  disposeColorizerModels,
  excludeImages,
  findGreyImages,
  type ModelPreset,
  saveColorizerModels,
  splitSource,
  trainColorizer,
  type TrainingCallback,
  type TrainingStage,
} from 'polyhue';
import { folderStore, openImages, startBackend } from 'polyhue/node';

const [folder = 'examples/photos', out = 'out/my-model'] = process.argv.slice(2);
const PRESET = (process.env['PRESET'] ?? 'tiny') as ModelPreset;
const STEPS = Number(process.env['STEPS'] ?? 400);
const SEED = 0;

/** Ctrl-C ends the run after the step under way; the state is saved first. */
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new Error('Stopped; run it again to go on')));

const report = (stage: TrainingStage): TrainingCallback[] => [
  {
    onValidationEnd: ({ step, losses }) =>
      console.log(`${stage} step ${step}: held-out loss ${losses['total']!.toFixed(2)}`),
  },
];

const { backend } = await startBackend('auto');
const all = await openImages(folder);
const grey = await findGreyImages(all);
const { training, validation } = splitSource(excludeImages(all, grey), { fraction: 0.2, seed: SEED });
console.log(`${training.length} photos, ${validation.length} held out, ${grey.length} grey, on ${backend}`);

const models = await trainColorizer({
  source: cachedSource(training, { shortestSide: 128 }),
  validation: cachedSource(validation, { shortestSide: 128 }),
  preset: PRESET,
  steps: STEPS,
  seed: SEED,
  store: folderStore(`${out}/training`),
  resume: true,
  callbacks: report,
  signal: stopping.signal,
});
await saveColorizerModels(folderStore(out), models, { notes: { folder, steps: STEPS, seed: SEED } });
disposeColorizerModels(models);
console.log(`Saved in ${out}`);
