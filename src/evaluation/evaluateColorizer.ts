import * as tf from '@tensorflow/tfjs-core';

import { IMAGENET_COLOR_PRIOR } from '../data/imagenetColorPrior.js';
import type { ImageSource } from '../data/imageSource.js';
import { colorFieldToAb } from '../data/networkColor.js';
import { pixelWeights, rarityWeights } from '../data/rarityWeights.js';
import { ImageError } from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import {
  type CodeFacts,
  codeFacts,
  disposeBatch,
  encodeBatch,
  type EncodedBatch,
  photoOf,
} from './encodedBatch.js';
import { type ColorizerEvaluation, evaluationOf } from './evaluation.js';
import { measurePhoto, type Reference } from './measures.js';
import { checkedRequest, type EvaluateColorizerOptions, type EvaluationRequest } from './options.js';
import { paintBaselines, paintModel, type PaintTask } from './paintSystems.js';
import { addPhoto, setStatistics, type SetStatistics } from './setStatistics.js';
import { addSystem, type SetTally, setTally } from './setTally.js';
import { inBatches, type LeftOutPhoto, type TestPhoto, usablePhotos } from './testPhoto.js';

/** Photos that the encoders see at a time. */
const BATCH_SIZE = 16;

/** Everything that a run needs. */
interface Run {
  readonly models: ColorizerModels;
  readonly source: ImageSource;
  readonly request: EvaluationRequest;
  /** Rarity weight of each color bin. */
  readonly rarity: Float32Array;
  /** Of the set, for the baselines that are means over it; `null` where no baseline is asked for. */
  readonly statistics: SetStatistics | null;
  /** What has been measured until now. */
  readonly tally: SetTally;
}

/** The usable photos; each that is looked at is told, under the name of what is done with it. */
function photosOf(
  run: Pick<Run, 'models' | 'source' | 'request'>,
  stage: 'statistics' | 'evaluation',
  leaveOut: (photo: LeftOutPhoto) => void,
) {
  const { models, source, request: { indices, signal, onProgress } } = run; // prettier-ignore
  let done = 0;
  return usablePhotos(source, {
    indices,
    size: models.colorVae.config.imageSize,
    signal,
    onPhoto: (leftOut) => {
      if (leftOut !== null) leaveOut(leftOut);
      onProgress?.({ stage, done: ++done, total: indices.length });
    },
  });
}

async function gatherStatistics(run: Pick<Run, 'models' | 'source' | 'request'>): Promise<SetStatistics> {
  const statistics = setStatistics(run.models.colorVae.config.imageSize);
  for await (const photo of photosOf(run, 'statistics', () => {})) addPhoto(statistics, photo);
  return statistics;
}

async function referenceOf({ rarity }: Run, photo: TestPhoto): Promise<Reference> {
  const { size, colorField } = photo;
  const weights = tf.tidy(() =>
    pixelWeights(colorFieldToAb(tf.tensor4d(colorField, [1, size, size, 2])), rarity),
  );
  try {
    return { photo, rarity: await weights.data<'float32'>() };
  } finally {
    weights.dispose();
  }
}

/** Measures one photo; `encoded` stays the caller's. */
async function evaluatePhoto(
  run: Run,
  photo: TestPhoto,
  { encoded, facts }: { readonly encoded: EncodedBatch; readonly facts: CodeFacts },
): Promise<void> {
  const { models, request, statistics, tally } = run;
  request.signal?.throwIfAborted();
  const task: PaintTask = { vae: models.colorVae, photo, encoded, latents: request.latents };
  const reference = await referenceOf(run, photo);
  const model = await paintModel(task);
  addSystem(tally, photo, model, await measurePhoto(reference, model, facts));
  if (statistics === null) return;
  for (const painted of await paintBaselines(task, statistics, request.priorSamples))
    addSystem(tally, photo, painted, await measurePhoto(reference, painted, null));
}

async function evaluateBatch(run: Run, photos: readonly TestPhoto[]): Promise<void> {
  const { models, request } = run;
  const batch = encodeBatch(models, photos, request.features);
  const parts = photos.map((_, i) => photoOf(batch, i));
  try {
    const facts = await codeFacts(batch, photos, request.latents.seed);
    for (const [i, photo] of photos.entries())
      await evaluatePhoto(run, photo, { encoded: parts[i]!, facts: facts[i]! });
  } finally {
    parts.forEach(disposeBatch);
    disposeBatch(batch);
  }
}

function assertSomeUsable(tally: SetTally): void {
  if (tally.photos.length > 0) return;
  const unreadable = tally.leftOut.filter(({ error }) => error !== null).length;
  const grey = tally.leftOut.length - unreadable;
  throw new ImageError(
    `Cannot evaluate as none of the ${tally.leftOut.length} photos can be used: ${grey} are grey, ${unreadable} cannot be read`,
  );
}

/**
 * Measures a colorizer on photos whose colors are known: how near its results come to them, how much they differ from each
 * other, and what its weights are worth.
 *
 * Photos are compared at the size the networks work at, as the largest square in their middle. Grey photos and those that
 * cannot be read are left out and counted. The same seed gives the same figures on the same backend.
 *
 * @param models Belong to the caller.
 * @param source Photos that the models were not trained on.
 * @returns Plain JSON.
 * @throws {RangeError} If the source is empty, a number is out of its range, or `count` exceeds the components in mode `'modes'`.
 * @throws {TypeError} If the mixture density network looks at features and none are given.
 * @throws {ImageError} If no photo can be used.
 * @throws The reason of `signal` once it is aborted.
 * @example
 * ```ts
 * import { loadColorizer } from 'polyhue';
 * import { evaluateColorizer } from 'polyhue/metrics';
 * import { folderStore, openImages, startBackend } from 'polyhue/node';
 *
 * await startBackend('auto');
 * const { models } = await loadColorizer(folderStore('my-model'));
 * const { systems } = await evaluateColorizer(models, await openImages('held-out'), { count: 5 });
 * console.log(systems[0]!.figures.bestError);
 * ```
 */
export async function evaluateColorizer(
  models: ColorizerModels,
  source: ImageSource,
  options: EvaluateColorizerOptions = {},
): Promise<ColorizerEvaluation> {
  const request = checkedRequest('evaluate a colorizer', models, source, options);
  const place = { models, source, request };
  const tally = setTally();
  const run: Run = {
    ...place,
    tally,
    rarity: rarityWeights({ prior: IMAGENET_COLOR_PRIOR, uniformMix: 0 }),
    statistics: request.baselines ? await gatherStatistics(place) : null,
  };
  const photos = photosOf(run, 'evaluation', (photo) => void tally.leftOut.push(photo));
  for await (const batch of inBatches(photos, BATCH_SIZE)) await evaluateBatch(run, batch);
  assertSomeUsable(tally);
  return evaluationOf(tally, request, models.colorVae.config.imageSize);
}
