import type * as tf from '@tensorflow/tfjs-core';

import { readTensors, type TensorData } from '../../checkpoint/tensorData.js';
import { argumentMessage, TrainingError } from '../../errors.js';

/** The share of one thread in a batch. */
export interface BatchPart {
  readonly first: number;
  readonly count: number;
  /** By the names of the batch's tensors. */
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/** Where each of `parts` equal shares of `total` examples begins and ends; the first ones are larger by one if need be. */
export function partBounds(
  total: number,
  parts: number,
): { readonly first: number; readonly count: number }[] {
  const used = Math.min(parts, total);
  const start = (part: number): number => part * Math.floor(total / used) + Math.min(part, total % used);
  return Array.from({ length: used }, (_, part) => ({
    first: start(part),
    count: start(part + 1) - start(part),
  }));
}

/** Deals out named things among `parts` so that the largest sum of sizes is small; each part keeps their order. */
export function dealOut(sizes: ReadonlyMap<string, number>, parts: number): string[][] {
  const sums = new Array<number>(parts).fill(0);
  const partOf = new Map<string, number>();
  for (const [name, size] of [...sizes].toSorted(([, a], [, b]) => b - a)) {
    const part = sums.indexOf(Math.min(...sums));
    sums[part]! += size;
    partOf.set(name, part);
  }
  return sums.map((_, part) => [...sizes.keys()].filter((name) => partOf.get(name) === part));
}

function tensorsOf(batch: unknown): ReadonlyMap<string, tf.Tensor> {
  const entries = Object.entries(batch as Readonly<Record<string, unknown>>);
  const tensors = entries.filter(([, value]) => value !== undefined) as [string, tf.Tensor][];
  const [total] = tensors[0]?.[1].shape ?? [];
  for (const [name, tensor] of tensors) {
    const { shape } = tensor as Partial<tf.Tensor>;
    if (shape !== undefined && shape[0] === total) continue;
    const rule = `have ${total} examples along its first axis like the others, for workers to share the batch`;
    throw new TrainingError(argumentMessage('train', `batch.${name}.shape`, rule, shape));
  }
  return new Map(tensors);
}

function rows({ shape, values }: TensorData, first: number, count: number): TensorData {
  const size = values.length / shape[0]!;
  return { shape: [count, ...shape.slice(1)], values: values.slice(first * size, (first + count) * size) };
}

/**
 * Splits a batch, an object of tensors whose first axis is the examples, among threads.
 *
 * @throws {TrainingError} If it is not such an object.
 */
export async function splitBatch(batch: unknown, parts: number): Promise<BatchPart[]> {
  const whole = await readTensors(tensorsOf(batch));
  const [{ shape }] = [...whole.values()] as [TensorData];
  return partBounds(shape[0]!, parts).map(({ first, count }) => ({
    first,
    count,
    tensors: new Map([...whole].map(([name, data]) => [name, rows(data, first, count)])),
  }));
}
