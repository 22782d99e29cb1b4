import type { LayersModel } from '@tensorflow/tfjs-layers';

import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import { assertField, countOf, FieldError, fieldsOf, listOf } from '../checkpoint/fields.js';
import { loadCheckpoint, type LoadCheckpointOptions } from '../checkpoint/loadCheckpoint.js';
import type { Checkpoint } from '../checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../errors.js';
import { assertBackend } from './assertBackend.js';
import { assignWeights, namedWeights } from './weights.js';
import { type FeatureBlock, zhangFeatures } from './zhangFeatures.js';

/** Kind of the checkpoints that hold a network of features. */
const KIND = 'features';
/** Bounds of a layer table that nobody has checked. */
const MOST = { blocks: 32, convolutions: 32, filters: 2 ** 14, imageSize: 2 ** 12 } as const;
/** Feature maps are so many times smaller than photos. */
const STRIDE = 8;

/** What a network of features is, as plain JSON. */
export interface FeatureNetworkConfig {
  /** See `zhangFeatures`. */
  readonly release: 'v1' | 'v2';
  readonly blocks: readonly FeatureBlock[];
  /** Side of the square to which photos are brought for it, in pixels: 224 for the presets that need features. */
  readonly imageSize: number;
}

/** A network from lightness to the features that a mixture density network looks at, with its weights. */
export interface FeatureNetwork {
  /** From lightness in 0..100, `[batch, imageSize, imageSize, 1]`, to features; it belongs to the caller. */
  readonly network: LayersModel;
  readonly imageSize: number;
}

/** The checkpoint of a network whose weights are at hand; `tensors` have the names of `namedWeights`. */
export function featureCheckpoint(
  config: FeatureNetworkConfig,
  tensors: Checkpoint['tensors'],
  notes: unknown,
): Checkpoint {
  return { kind: KIND, metadata: { ...config, notes }, tensors };
}

function assertAtMost(where: string, value: unknown, most: number): number {
  const count = countOf(where, value);
  assertField(count >= 1 && count <= most, where, `be from 1 to ${most}`, count);
  return count;
}

function oneOf<T>(where: string, value: unknown, choices: readonly T[]): T {
  assertField(choices.includes(value as T), where, `be one of ${choices.join(', ')}`, value);
  return value as T;
}

function parseBlock(where: string, value: unknown): FeatureBlock {
  const fields = fieldsOf(where, value);
  return {
    filters: assertAtMost(`${where}.filters`, fields['filters'], MOST.filters),
    convolutions: assertAtMost(`${where}.convolutions`, fields['convolutions'], MOST.convolutions),
    strides: oneOf(`${where}.strides`, fields['strides'], [1, 2] as const),
    dilation: oneOf(`${where}.dilation`, fields['dilation'], [1, 2] as const),
  };
}

/** Number of weights of the kernels. */
function countKernelWeights(blocks: readonly FeatureBlock[]): number {
  let [inputs, count] = [1, 0];
  for (const { filters, convolutions } of blocks) {
    count += 9 * filters * (inputs + (convolutions - 1) * filters);
    inputs = filters;
  }
  return count;
}

/** The config in the metadata of a checkpoint, which may say anything: what needs more than `stored` weights is refused. */
function parseConfig(metadata: unknown, stored: number): FeatureNetworkConfig {
  const fields = fieldsOf('metadata', metadata);
  const release = oneOf('release', fields['release'], ['v1', 'v2'] as const);
  const list = listOf('blocks', fields['blocks'], MOST.blocks);
  assertField(list.length > 0, 'blocks', 'have a block', list);
  const blocks = list.map((block, i) => parseBlock(`blocks[${i}]`, block));
  const imageSize = assertAtMost('imageSize', fields['imageSize'], MOST.imageSize);
  assertField(imageSize % STRIDE === 0, 'imageSize', `be a multiple of ${STRIDE}`, imageSize);
  const needed = countKernelWeights(blocks);
  assertField(needed <= stored, 'blocks', `need at most the ${stored} weights that are there`, needed);
  return { release, blocks, imageSize };
}

/**
 * Loads a network of features from a checkpoint that `polyhue import` or `importFeatures` made, for the option `features` of
 * `loadColorizer`.
 *
 * @returns The network and its size; `network.dispose()` frees the weights.
 * @throws {CheckpointError} If there is none, or it is damaged or of another kind.
 * @throws {BackendError} If no TensorFlow.js backend is registered.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016.
 */
export async function loadFeatureNetwork(
  store: CheckpointReader,
  options: Omit<LoadCheckpointOptions, 'kind'> = {},
): Promise<FeatureNetwork> {
  const action = `load the features "${store.location}"`;
  assertBackend(action);
  const { metadata, tensors } = await loadCheckpoint(store, { ...options, kind: KIND });
  const stored = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  let network: LayersModel | undefined;
  try {
    const config = parseConfig(metadata, stored);
    network = zhangFeatures(config);
    assignWeights(namedWeights(network), tensors);
    return { network, imageSize: config.imageSize };
  } catch (cause) {
    network?.dispose();
    if (cause instanceof FieldError) throw new CheckpointError(cause.messageFor(action), { cause });
    const reason = (cause as Error).message;
    throw new CheckpointError(`Cannot ${action} as its weights do not fit: ${reason}`, { cause });
  }
}
