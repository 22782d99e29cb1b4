import * as tf from '@tensorflow/tfjs-core';

import type { WeightedBlock } from '../../fusedKernels.js';
import { globalNorm } from '../gradients.js';
import { optimizerOfConfig } from '../optimizers/optimizerOfConfig.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { disposeAll, prefixed, tidyValues, type NamedTensors, type NamedVariables } from '../variables.js';
import { weightAverage, type WeightAverage } from '../weightAverage.js';
import { assignBlocks, readBlocks, writeBlock, type Choice } from './block.js';
import type { SharePlan } from './messages.js';
import type { ScaledUpdate } from './pool.js';

/** A thread's share of each update of the weights. */
export interface ShareOfUpdate {
  /** Whether the variable of this name is updated here. */
  readonly isOwn: Choice;
  /** Takes the mean gradients of its variables out of the blocks of all threads, and returns their norm. */
  readonly reduce: (blocks: readonly WeightedBlock[]) => Promise<number>;
  /** Updates its variables and hands on their values. */
  readonly apply: (update: ScaledUpdate) => Promise<void>;
  /** Hands on slots and averages. */
  readonly collect: () => Promise<void>;
}

/** Slots and averages of the variables that are chosen by name, in the order of the block that hands them on. */
export function stateOf(optimizer: Optimizer, average: WeightAverage | null, isOwn: Choice): NamedVariables {
  const all = [...optimizer.slots, ...(average === null ? [] : prefixed('average', average.weights))];
  return new Map(all.filter(([name]) => isOwn(name.slice(name.indexOf('/') + 1))));
}

async function normOf(gradients: NamedTensors): Promise<number> {
  if (gradients.size === 0) return 0;
  const norm = globalNorm(gradients);
  const [value] = await norm.data();
  norm.dispose();
  return value!;
}

/** Makes the slots and averages of a share; they live as long as the thread. */
export function shareOfUpdate(variables: NamedVariables, plan: SharePlan): ShareOfUpdate {
  const names = new Set(plan.names);
  const isOwn: Choice = (name) => names.has(name);
  const own = new Map([...variables].filter(([name]) => isOwn(name)));
  const optimizer = optimizerOfConfig(plan.optimizer)(own);
  const average = plan.average === null ? null : weightAverage(own, plan.average);
  const state = stateOf(optimizer, average, isOwn);
  assignBlocks(state, [{ block: plan.state, weight: 1 }]);
  let gradients: NamedTensors = new Map();
  const hold = (next: NamedTensors): void => {
    disposeAll(gradients);
    gradients = next;
  };
  return {
    isOwn,
    reduce: async (blocks) => {
      hold(readBlocks(variables, blocks, isOwn));
      return normOf(gradients);
    },
    apply: async ({ factor, ...update }) => {
      if (factor !== 1) hold(tidyValues(gradients, (gradient) => tf.mul(gradient, factor)));
      optimizer.apply(gradients, update);
      hold(new Map());
      average?.update(update.step);
      await writeBlock(variables, plan.values, isOwn);
    },
    collect: async () => writeBlock(state, plan.state),
  };
}
