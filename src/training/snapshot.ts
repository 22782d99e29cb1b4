import * as tf from '@tensorflow/tfjs-core';

import { readTensors, tensorFrom, type TensorData } from '../checkpoint/tensorData.js';
import { TrainingError } from '../errors.js';
import type { TrainingState } from './state.js';
import type { NamedVariables } from './variables.js';

/** A run between two steps: a run that resumes from it ends bit for bit like one that never stopped. */
export interface TrainingSnapshot {
  /** Plain JSON. */
  readonly state: TrainingState;
  /**
   * `variables/NAME`, `buffers/NAME`, `optimizer/SLOT/NAME`; `average/NAME` where weights are averaged;
   * `best/variables/NAME` and `best/buffers/NAME` where the best are kept.
   */
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/** State, which is never changed but replaced, and copies of the tensors: both of the moment of the call. */
export async function takeSnapshot(state: TrainingState, tensors: NamedVariables): Promise<TrainingSnapshot> {
  return { state, tensors: await readTensors(tensors) };
}

/** The leaves of plain JSON by their path, as JSON text. */
function leaves(value: unknown, path: string): [string, string][] {
  if (value === null || typeof value !== 'object') return [[path, JSON.stringify(value)]];
  if (Array.isArray(value)) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

/** A sentence for each name whose text differs, in the order of `wanted`, then of `given`. */
function differences(given: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): string[] {
  const names = new Set([...wanted.keys(), ...given.keys()]);
  return [...names]
    .filter((name) => given.get(name) !== wanted.get(name))
    .map((name) => `${name} is ${given.get(name) ?? 'missing'}, not ${wanted.get(name) ?? 'expected'}`);
}

const describe = (dtype: string, shape: readonly number[]): string => `${dtype} [${shape.join(', ')}]`;

function describeData({ shape, values }: TensorData): string {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== values.length) return `${describe('broken', shape)} with ${values.length} values`;
  return describe(values instanceof Int32Array ? 'int32' : 'float32', shape);
}

function describeTensor({ dtype, shape }: tf.Tensor): string {
  return describe(dtype === 'int32' ? 'int32' : 'float32', shape);
}

function mapText<A>(map: ReadonlyMap<string, A>, text: (value: A) => string): Map<string, string> {
  return new Map([...map].map(([name, value]) => [`tensor "${name}"`, text(value)]));
}

/**
 * Puts the tensors of a snapshot in place.
 *
 * @param state State of the run that is to go on, at its start: it says which options the snapshot must have.
 * @param tensors Receive the values.
 * @returns The state of the snapshot.
 * @throws {TrainingError} If the snapshot is of another run: it lists every difference, and nothing is changed.
 */
export function restoreSnapshot(
  snapshot: TrainingSnapshot,
  state: TrainingState,
  tensors: NamedVariables,
): TrainingState {
  const found = [
    ...differences(
      new Map(leaves({ version: snapshot.state.version, ...snapshot.state.config }, '')),
      new Map(leaves({ version: state.version, ...state.config }, '')),
    ),
    ...differences(mapText(snapshot.tensors, describeData), mapText(tensors, describeTensor)),
  ];
  if (found.length > 0) {
    throw new TrainingError(`Cannot resume as 'snapshot' must be of the same run: ${found.join('; ')}`);
  }
  for (const [name, variable] of tensors) {
    tf.tidy(() => variable.assign(tensorFrom(snapshot.tensors.get(name)!)));
  }
  return snapshot.state;
}
