import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

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
