import type { Checkpoint } from '../checkpoint/saveCheckpoint.js';
import type { TensorData } from '../checkpoint/tensorData.js';
import { featureCheckpoint, type FeatureNetworkConfig } from '../models/featureNetwork.js';
import { type FeatureBlock, FEATURE_EPSILON, ZHANG_BLOCKS } from '../models/zhangFeatures.js';
import type { ArrayFile } from './arrayFile.js';
import { formatError } from './byteSource.js';
import {
  convertStateDict,
  convolutionEntries,
  normalizationEntries,
  type StateDictEntry,
} from './stateDict.js';

export interface ImportFeaturesOptions {
  /**
   * The layer table, where the network was trained with other numbers of filters.
   *
   * @defaultValue `ZHANG_BLOCKS`
   */
  readonly blocks?: readonly FeatureBlock[];
  /**
   * Side of the square to which photos are brought for the network, in pixels, a multiple of 8.
   *
   * @defaultValue `224`
   */
  readonly imageSize?: number;
  /**
   * Plain JSON to keep with the weights.
   *
   * @defaultValue `null`
   */
  readonly notes?: unknown;
}

/** Name here of the normalization after block `i`. */
const normName = (i: number, { convolutions }: FeatureBlock): string => `conv${i + 1}_${convolutions}norm`;

/** Layers 0, 2, 4, ... of `modelN`, the convolutions of a block, and the normalization that ends all blocks but the last. */
function blockEntries(blocks: readonly FeatureBlock[], i: number): StateDictEntry[] {
  const { filters, convolutions } = blocks[i]!;
  const entries = Array.from({ length: convolutions }, (_, k) => {
    const inputs = k > 0 ? filters : (blocks[i - 1]?.filters ?? 1);
    const names = { theirs: `model${i + 1}.${2 * k}`, ours: `conv${i + 1}_${k + 1}` };
    return convolutionEntries(names, [filters, inputs, 3]);
  }).flat();
  if (i === blocks.length - 1) return entries;
  const theirs = `model${i + 1}.${2 * convolutions}`;
  return [...entries, ...normalizationEntries(theirs, normName(i, blocks[i]!), filters)];
}

/**
 * Brings scale and shift of a normalization into its statistics, as the network here has neither:
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta` is `(x - m) / sqrt(v + epsilon)` with
 * `v = (variance + epsilon) / gamma**2 - epsilon` and `m = mean - beta * sqrt(variance + epsilon) / gamma`.
 */
function foldScale(weights: Map<string, TensorData>, name: string, location: string): void {
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
    (role) => weights.get(`${name}/${role}`)!.values as Float32Array,
  );
  const bad = gamma!.findIndex((scale) => !(scale > 0));
  if (bad >= 0)
    throw formatError(
      location,
      `the scale of channel ${bad} of the normalization "${name}" is ${gamma![bad]}: it must be above 0`,
    );
  const folded = { means: new Float32Array(gamma!.length), variances: new Float32Array(gamma!.length) };
  gamma!.forEach((scale, i) => {
    const spread = variance![i]! + FEATURE_EPSILON;
    folded.means[i] = mean![i]! - (beta![i]! * Math.sqrt(spread)) / scale;
    folded.variances[i] = spread / scale ** 2 - FEATURE_EPSILON;
  });
  const shape = [gamma!.length];
  weights.set(`${name}/moving_mean`, { shape, values: folded.means });
  weights.set(`${name}/moving_variance`, { shape, values: folded.variances });
  for (const role of ['gamma', 'beta']) weights.delete(`${name}/${role}`);
}

/** Counters, and layers after `conv7_3`: its normalization, and what follows. */
const isUnneeded = (count: number, last: FeatureBlock) => (name: string) => {
  const after = [`model${count}.${2 * last.convolutions}.`, `model${count + 1}.`, 'model_out.'];
  return name.endsWith('.num_batches_tracked') || after.some((prefix) => name.startsWith(prefix));
};

/** Whether files hold the published network rather than those of a colorizer. */
export function holdFeatures(files: readonly ArrayFile[]): boolean {
  return files.some(({ arrays }) =>
    [...arrays.keys()].some((name) => /^(module\.)?model1\.0\.weight$/.test(name)),
  );
}

/**
 * The published network of features from the state dict of its PyTorch release: `model1.0.weight`, ..., of `eccv16`. Layers
 * after `conv7_3` may be there and are not read. Needs no backend.
 *
 * Scale and shift of normalizations become part of their statistics. The weights are of release `v2`: a mixture density network
 * that was trained on features of release `v1` does not work with them.
 *
 * @returns A checkpoint: `saveCheckpoint` writes it, `loadFeatureNetwork` reads it then.
 * @throws {FormatError} If names are missing or unknown, or shapes differ, with all of them; a scale is not above 0; or a file is
 *   damaged.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016; the release is github.com/richzhang/colorization.
 */
export async function importFeatures(
  files: readonly ArrayFile[],
  options: ImportFeaturesOptions = {},
): Promise<Checkpoint> {
  const { blocks = ZHANG_BLOCKS, imageSize = 224, notes = null } = options;
  const entries = blocks.flatMap((_, i) => blockEntries(blocks, i));
  const ignored = isUnneeded(blocks.length, blocks.at(-1)!);
  const weights = await convertStateDict(files, { entries, ignored });
  const location = files.map((file) => file.location).join('", "');
  blocks.slice(0, -1).forEach((block, i) => foldScale(weights, normName(i, block), location));
  const config: FeatureNetworkConfig = { release: 'v2', blocks, imageSize };
  return featureCheckpoint(config, weights, notes);
}
