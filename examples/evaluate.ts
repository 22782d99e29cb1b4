/**
 * Measures a model on photos whose colors are known, against its baselines, and writes a report of one page.
 *
 * Run: npx tsx examples/evaluate.ts FOLDER MODEL OUT         a few seconds a photo; photos the model was not trained on
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { disposeColorizerModels, loadColorizerModels } from 'polyhue';
import {
  type Estimate,
  evaluateColorizer,
  evaluationReport,
  type FigureName,
  FIGURES,
} from 'polyhue/metrics';
import { folderStore, openImages, startBackend, writeFileAtomic } from 'polyhue/node';

const [folder = 'examples/photos', model = 'checkpoints/compact', out = 'out/evaluation'] =
  process.argv.slice(2);
const SHOWN: readonly FigureName[] = ['bestError', 'firstError', 'variance', 'area', 'colorfulness'];

await startBackend('auto', { task: 'inference' });
const models = await loadColorizerModels(folderStore(model));
const source = await openImages(folder);
const evaluation = await evaluateColorizer(models, source, { count: 5, baselines: true, priorSamples: 64 });

/** Value and 95 % interval of a figure; undefined where it could not be computed. */
function figureText(figure: Estimate | null): string | undefined {
  if (figure === null) return undefined;
  const { value, interval } = figure;
  const bounds = interval?.map((bound) => bound.toFixed(4)).join(' to ') ?? 'no interval';
  return `${value.toFixed(4)}  (${bounds})`;
}

for (const name of SHOWN) {
  console.log(FIGURES[name].label);
  for (const system of evaluation.systems)
    console.log(`  ${system.name.padEnd(16)} ${figureText(system.figures[name]) ?? '-'}`);
}

await mkdir(out, { recursive: true });
const page = await evaluationReport(evaluation, { models, source, title: model });
await writeFileAtomic(join(out, 'report.html'), new TextEncoder().encode(page));
disposeColorizerModels(models);
console.log(`Tables, plots and pictures: ${join(out, 'report.html')}`);
