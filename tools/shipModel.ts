/**
 * Makes what ships of a trained model: `checkpoints/compact`, the model card with figures, and its sheet of pictures.
 *
 *     npm run ship -- TRAINED FOLDER [DATE]     TRAINED was made by `npm run train:shipped -- FOLDER TRAINED`
 *
 * The figures are of the held-out pictures and of the 18 samples; what was printed lies in out/ship.
 */
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import {
  colorizer,
  type ColorizerModels,
  contactSheet,
  type ContactSheetTile,
  countParameters,
  disposeColorizerModels,
  loadColorizerModels,
  memoryStore,
  toGrey,
} from 'polyhue';
import type { ColorizerEvaluation } from 'polyhue/metrics';
import { encodeImage, folderSource, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';

import { sha256 } from '../src/checkpoint/sha256.js';
import { type MeasuredSet, modelCard } from './modelCard.js';
import { packModel } from './packModel.js';
import { runPolyhue } from './runPolyhue.js';
import { DATA_SETS, dataPattern, TRAINING_OPTIONS } from './shippedRecipe.js';

const CHECKPOINT = 'checkpoints/compact';
const CARD = 'checkpoints/README.md';
const SHEET = 'docs/images/shipped.jpg';
const SAMPLES = 'examples/photos';
const OUT = 'out/ship';
const COUNT = 5;

const { version } = createRequire(import.meta.url)('polyhue/package.json') as { version: string };

/** What `polyhue train` notes. */
interface TrainingNotes {
  readonly preset: string;
  readonly pictures: number;
  readonly heldOut: number;
}

/** Measures the model in `checkpoints`. */
async function measure(title: string, name: string, args: readonly string[]): Promise<MeasuredSet> {
  const json = await runPolyhue(['evaluate', ...args, '--baselines', '--json'], { stdout: 'pipe' });
  await writeFileAtomic(join(OUT, `${name}.json`), json);
  const evaluation = JSON.parse(json) as ColorizerEvaluation;
  return { title, evaluation, command: `polyhue evaluate ${args.join(' ')} --baselines` };
}

/** All samples in alphabetical order: grey, results with their weights, truth. */
async function drawSamples(models: ColorizerModels): Promise<Uint8Array> {
  const source = await folderSource(SAMPLES);
  const rows: ContactSheetTile[][] = [];
  for (let i = 0; i < source.length; i++) {
    const photo = await source.read(i);
    const grey = await toGrey(photo);
    const row: ContactSheetTile[] = [{ image: grey }];
    for (const result of await colorizer(models).colorize(grey, { count: COUNT }))
      row.push({ image: await result.toRaster(), weight: result.weight });
    rows.push([...row, { image: photo }]);
  }
  return encodeImage(await contactSheet(rows, { tileSize: 128 }), { format: 'jpeg', quality: 88 });
}

/** Writes `checkpoints/compact` and the sheet; returns what the card says of them. */
async function packAndDraw(trained: string, date: string) {
  await startBackend('wasm');
  const { notes, ...models } = await loadColorizerModels(folderStore(trained));
  const files = await packModel(models, {
    ...(notes as TrainingNotes),
    data: DATA_SETS.map(({ name, terms }) => ({ name, terms })),
    options: TRAINING_OPTIONS.join(' '),
    version,
    date,
  });
  disposeColorizerModels(models);
  await folderStore(CHECKPOINT).write(files);

  const packed = await loadColorizerModels(memoryStore(files));
  const { encoder, conditionalEncoder, decoder } = packed.colorVae;
  const parameters = {
    colorVae: countParameters(encoder, conditionalEncoder, decoder),
    mixtureDensityNetwork: countParameters(packed.mixtureDensityNetwork.model),
  };
  await writeFileAtomic(SHEET, await drawSamples(packed));
  disposeColorizerModels(packed);
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const { preset, pictures, heldOut } = notes as TrainingNotes;
  return { preset, parameters, bytes, sha256: await sha256(files.get('polyhue.json')!), pictures, heldOut };
}

async function main(args: readonly string[]): Promise<void> {
  const [trained, folder, date = new Date().toISOString().slice(0, 10)] = args;
  if (trained === undefined || folder === undefined)
    throw new Error('Give the folder of the trained model and the folder with the tar files');
  await mkdir(OUT, { recursive: true });
  const facts = await packAndDraw(trained, date);
  const list = join(trained, 'held-out.txt');
  const held = await measure('Held-out pictures', 'held-out', [
    dataPattern(folder),
    '--only',
    list,
    '--limit',
    '300',
  ]);
  const samples = await measure('Sample photos', 'samples', [SAMPLES]);
  const named = held.command.replace(folder, 'FOLDER').replace(list, 'OUT/held-out.txt');
  const recipe = ['npm run train:shipped -- FOLDER OUT', `# polyhue train ${TRAINING_OPTIONS.join(' ')}`];
  const sets = [{ ...held, command: named }, samples];
  await writeFileAtomic(CARD, modelCard({ ...facts, version, date, recipe: recipe.join('   '), sets }));
  console.log(`Written: ${CHECKPOINT}, ${CARD}, ${SHEET}; look at them before you commit`);
}

await main(process.argv.slice(2));
