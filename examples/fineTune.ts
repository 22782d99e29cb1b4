/**
 * Goes on training a saved model on other photos: both networks, at a lower learning rate, into a new folder.
 *
 * Run: npx tsx examples/fineTune.ts FOLDER MODEL OUT         about a minute (STEPS=2: seconds)
 */
import {
  cachedSource,
  colorExamples,
  colorMixtureTask,
  cosineSchedule,
  disposeColorizerModels,
  imageDataset,
  loadColorizerModels,
  randomCropTransform,
  saveColorizerModels,
  train,
  trainColorVae,
  type TrainingCallback,
} from 'polyhue';
import { folderStore, openImages, startBackend } from 'polyhue/node';

const [folder = 'examples/photos', model = 'checkpoints/compact', out = 'out/fine-tuned'] =
  process.argv.slice(2);
const STEPS = Number(process.env['STEPS'] ?? 200);
/** A tenth of what the training from scratch starts with, so that little of what was learned is lost. */
const LEARNING_RATE = 1e-4;
const SEED = 0;

const report = (name: string): TrainingCallback => ({
  onTrainEnd: ({ reason }, { step }) => console.log(`${name}: ended after ${step} steps (${reason})`),
});

await startBackend('auto');
const models = await loadColorizerModels(folderStore(model));
const { colorVae: vae, mixtureDensityNetwork: network, notes } = models;
const { imageSize: size } = vae.config;
const source = cachedSource(await openImages(folder), { shortestSide: 2 * size });
const batchSize = Math.min(16, source.length);
const transform = randomCropTransform({ size });
const data = colorExamples(
  imageDataset({ source, size, batchSize, transform, seed: SEED, dropRemainder: true }),
  { imageSize: size },
);
const options = {
  seed: SEED,
  steps: STEPS,
  learningRate: cosineSchedule({ peak: LEARNING_RATE, steps: STEPS, warmupSteps: Math.floor(STEPS / 10) }),
  average: { decay: 0.99 },
};
await trainColorVae(vae, data, { ...options, callbacks: [report('color VAE')] });
// Codes have moved with the encoder, so the mixture density network follows.
const mixture = colorMixtureTask(network, vae, { loss: { form: 'posterior' } });
await train(mixture, data, { ...options, callbacks: [report('mixture density network')] });

await saveColorizerModels(folderStore(out), models, { notes: { tunedFrom: notes, folder, steps: STEPS } });
disposeColorizerModels(models);
console.log(`Saved in ${out}`);
