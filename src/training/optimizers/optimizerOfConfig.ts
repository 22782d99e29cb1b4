import { adam, adamW, type AdamOptions } from './adam.js';
import type { OptimizerConfig, OptimizerFactory } from './optimizer.js';
import { sgd } from './sgd.js';

interface AdamWConfig extends AdamOptions {
  readonly weightDecay: number;
  readonly undecayed: readonly string[];
}

/** Makes anew, from its config, an optimizer that is shareable. */
export function optimizerOfConfig(config: OptimizerConfig): OptimizerFactory {
  if (config.kind === 'sgd') return sgd({ momentum: config.momentum as number });
  if (config.kind === 'adam') return adam(config);
  const { undecayed, ...options } = config as unknown as AdamWConfig;
  return adamW({ ...options, decays: (name) => !undecayed.includes(name) });
}
