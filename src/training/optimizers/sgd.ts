import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage } from '../../errors.js';
import { disposeAll, prefixed, zeroVariables, type NamedVariables } from '../variables.js';
import type { OptimizerFactory } from './optimizer.js';

export interface SgdOptions {
  /**
   * Share of the last update's direction that is kept, from 0 to below 1; 0 keeps no state.
   *
   * @defaultValue `0`
   */
  readonly momentum?: number;
}

/**
 * Stochastic gradient descent, with heavy-ball momentum on request.
 *
 * `u = momentum * u + g; w -= learningRate * u`
 *
 * @returns A factory for `train`; the optimizer it makes keeps one tensor for each variable, none without momentum.
 * @throws {RangeError} If `momentum` is not at least 0 and below 1.
 * @see B. T. Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
 */
export function sgd(options: SgdOptions = {}): OptimizerFactory {
  const { momentum = 0 } = options;
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(argumentMessage('create sgd', 'momentum', 'be at least 0 and below 1', momentum));
  }
  return (variables) => {
    const directions: NamedVariables = momentum === 0 ? new Map() : zeroVariables(variables);
    const slots = prefixed('momentum', directions);
    return {
      config: { kind: 'sgd', momentum },
      isShareable: true,
      slots,
      apply: (gradients, { learningRate }) => {
        for (const [name, variable] of variables) {
          tf.tidy(() => {
            const direction = directions.get(name);
            direction?.assign(tf.add(tf.mul(direction, momentum), gradients.get(name)!));
            variable.assign(tf.sub(variable, tf.mul(direction ?? gradients.get(name)!, learningRate)));
          });
        }
      },
      dispose: () => disposeAll(slots),
    };
  };
}
