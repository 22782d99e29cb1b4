import type { WeightedBlock } from '../../fusedKernels.js';
import type { LossValues } from '../state.js';
import type { StepContext } from '../task.js';
import type { NamedVariables } from '../variables.js';
import { assignBlocks, layoutOf, sharedBlock, sizeOf, writeBlock } from './block.js';
import type { Outcome, SharePlan, WorkerRequest } from './messages.js';
import { dealOut } from './parts.js';
import type { SharedUpdates, UpdateRules } from './pool.js';
import { stateOf } from './shareOfUpdate.js';

/** A thread's share of the updates, as the main thread sees it. */
export interface Share {
  readonly plan: SharePlan;
  /** Slots and averages of this thread that those of the share are collected into. */
  readonly state: NamedVariables;
}

/** Deals out the variables among `count` threads and hands over the slots and averages that this thread holds. */
export async function sharesOf(
  variables: NamedVariables,
  { optimizer, average }: UpdateRules,
  { count, values }: { readonly count: number; readonly values: Float32Array },
): Promise<Share[]> {
  const sizes = new Map([...variables].map(([name, { size }]) => [name, size]));
  const shares = dealOut(sizes, count).map((names): Share => {
    const state = stateOf(optimizer, average, (name) => names.includes(name));
    const block = sharedBlock(sizeOf(layoutOf(state)));
    const config = average?.config ?? null;
    return { state, plan: { names, optimizer: optimizer.config, average: config, values, state: block } };
  });
  for (const { state, plan } of shares) await writeBlock(state, plan.state);
  return shares;
}

/** What updates are made with. */
interface UpdateParts<Batch> {
  readonly variables: NamedVariables;
  readonly shares: readonly Share[];
  /** Asks every thread, in their order. */
  readonly askAll: (message: WorkerRequest) => Promise<Outcome[]>;
  /** Evaluates a batch; the gradients stay in the blocks. */
  readonly evaluate: (
    batch: Batch,
    context: StepContext,
  ) => Promise<{ readonly losses: LossValues; readonly blocks: readonly WeightedBlock[] }>;
  /** Lets the threads take over what other threads have updated. */
  readonly exchange: () => void;
}

/** Updates that the threads make: each takes the mean gradients of its share of the variables and changes these alone. */
export function sharedUpdates<Batch>(parts: UpdateParts<Batch>): SharedUpdates<Batch> {
  const { variables, shares, askAll, evaluate, exchange } = parts;
  const { values } = shares[0]!.plan;
  let isCollected = true;
  return {
    prepare: async (batch, context) => {
      const { losses, blocks } = await evaluate(batch, context);
      const outcomes = await askAll({ kind: 'reduce', blocks });
      return { losses, gradientNorm: Math.hypot(...outcomes.map(({ norm }) => norm!)) };
    },
    apply: async (update) => {
      isCollected = false;
      await askAll({ kind: 'apply', update });
      exchange();
      assignBlocks(variables, [{ block: values, weight: 1 }]);
    },
    collect: async () => {
      if (isCollected) return;
      await askAll({ kind: 'collect' });
      for (const { state, plan } of shares) assignBlocks(state, [{ block: plan.state, weight: 1 }]);
      isCollected = true;
    },
  };
}
