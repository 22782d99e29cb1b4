import * as tf from '@tensorflow/tfjs-core';

/** Variables under names that stay the same from run to run; the order is part of the contract. */
export type NamedVariables = ReadonlyMap<string, tf.Variable>;

/** Tensors under the names of the variables that they belong to. */
export type NamedTensors = ReadonlyMap<string, tf.Tensor>;

/** Applies `f` to every value; names and order stay. */
export function mapValues<A, B>(
  map: ReadonlyMap<string, A>,
  f: (value: A, name: string) => B,
): Map<string, B> {
  return new Map([...map].map(([name, value]) => [name, f(value, name)]));
}

/** One tensor for each value, computed within one `tidy`; names and order stay. */
export function tidyValues<A>(
  map: ReadonlyMap<string, A>,
  f: (value: A, name: string) => tf.Tensor,
): NamedTensors {
  const tensors = tf.tidy(() => [...map].map(([name, value]) => f(value, name)));
  return new Map([...map.keys()].map((name, i) => [name, tensors[i]!]));
}

/** The same map with `prefix/` before every name. */
export function prefixed<T>(prefix: string, map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].map(([name, value]) => [`${prefix}/${name}`, value]));
}

export function disposeAll(tensors: NamedTensors): void {
  tf.dispose([...tensors.values()]);
}

/** Variables of the same shapes that hold zeros; not trainable, to be disposed by the caller. */
export function zeroVariables(variables: NamedVariables): Map<string, tf.Variable> {
  return mapValues(variables, ({ shape }) => tf.tidy(() => tf.variable(tf.zeros(shape), false)));
}

/** Variables that hold the present values; not trainable, to be disposed by the caller. */
export function copyVariables(variables: NamedVariables): Map<string, tf.Variable> {
  return mapValues(variables, (variable) => tf.tidy(() => tf.variable(tf.clone(variable), false)));
}

/** Gives every variable the value of the same name. */
export function assignAll(variables: NamedVariables, values: NamedTensors): void {
  for (const [name, variable] of variables) variable.assign(values.get(name)!);
}

/**
 * Runs `body` while `variables` hold other values, then puts their own values back, bit for bit, even if it throws.
 *
 * @param values One value for each variable; they stay the caller's.
 */
export async function withValues<T>(
  variables: NamedVariables,
  values: NamedTensors,
  body: () => Promise<T>,
): Promise<T> {
  const held = mapValues(variables, (variable) => tf.clone<tf.Tensor>(variable));
  assignAll(variables, values);
  try {
    return await body();
  } finally {
    assignAll(variables, held);
    disposeAll(held);
  }
}
