import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

import { tensorFrom, type TensorData } from '../checkpoint/tensorData.js';

/** The variables of models under names that do not depend on what else the process has built. */
export interface NamedWeights {
  /** What an optimizer updates. */
  readonly trainable: ReadonlyMap<string, tf.Variable>;
  /** What a forward pass updates: running statistics of batch normalization. */
  readonly statistics: ReadonlyMap<string, tf.Variable>;
}

/** Role of a variable in its layer: `kernel`, `bias`, `gamma`, ... */
function role(weight: LayerVariable): string {
  return weight.originalName.split('/').at(-1)!;
}

/**
 * The variables of `models`, named `LAYER/ROLE`, in an order that follows from the configuration alone.
 *
 * The variables belong to the models: do not dispose them.
 *
 * @throws {Error} If two of the models have a layer name in common.
 */
export function namedWeights(...models: readonly LayersModel[]): NamedWeights {
  const layers = models.flatMap((model) => model.layers);
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name))
      throw new Error(`Cannot name weights as two layers are called ${JSON.stringify(name)}`);
    names.add(name);
  }
  const entries = (list: 'trainableWeights' | 'nonTrainableWeights') =>
    layers.flatMap((layer) =>
      // A layer's variable reads as the tf.Variable it holds.
      layer[list].map((weight) => [`${layer.name}/${role(weight)}`, weight.read() as tf.Variable] as const),
    );
  return {
    trainable: new Map(entries('trainableWeights')),
    statistics: new Map(entries('nonTrainableWeights')),
  };
}

function describeVariable(variable: tf.Variable | undefined): string {
  return variable === undefined ? 'missing' : `[${variable.shape.join(', ')}]`;
}

function describeData(data: TensorData | undefined): string {
  if (data === undefined) return 'missing';
  const { shape, values } = data;
  return `${values instanceof Int32Array ? 'int32 ' : ''}[${shape.join(', ')}]`;
}

/**
 * Gives variables the values of a checkpoint.
 *
 * @param data Values under the names of the variables.
 * @throws {Error} If a name is missing or unknown, a shape differs or values are integers: all are listed, and nothing
 *   is changed.
 */
export function assignWeights(weights: NamedWeights, data: ReadonlyMap<string, TensorData>): void {
  const variables = new Map([...weights.trainable, ...weights.statistics]);
  const names = new Set([...variables.keys(), ...data.keys()]);
  const misfits = [...names].flatMap((name) => {
    const [given, wanted] = [describeData(data.get(name)), describeVariable(variables.get(name))];
    return given === wanted
      ? []
      : [`"${name}" is ${given}, not ${wanted === 'missing' ? 'expected' : wanted}`];
  });
  if (misfits.length > 0) throw new Error(misfits.join('; '));
  for (const [name, variable] of variables) {
    tf.tidy(() => variable.assign(tensorFrom(data.get(name)!)));
  }
}
