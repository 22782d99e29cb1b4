import type * as tf from '@tensorflow/tfjs-core';

/** A tensor whose shape breaks the contract of the operation it was passed to. */
export class ShapeError extends TypeError {
  override readonly name = 'ShapeError';

  constructor(
    action: string,
    /** Name of the offending parameter, as the caller wrote it. */
    readonly argument: string,
    /** Required shape; a string names an axis of any length. */
    readonly expected: readonly (number | string)[],
    readonly actual: readonly number[],
  ) {
    super(
      `Cannot ${action} as '${argument}' must have shape [${expected.join(', ')}]: ` +
        `current shape is [${actual.join(', ')}]`,
    );
  }
}

/** A checkpoint that is missing, damaged, of another kind or of a newer format. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** A file of weights or arrays of another program that is damaged, or holds what is refused. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** A picture that cannot be read, decoded or used; the message names the picture. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** A TensorFlow.js backend that is not registered, does not start, lacks a kernel, or whose device or memory fails. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
}

/** A training run that cannot go on: a loss that is not finite, no usable data, a checkpoint of another run. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/** A queue of photos that cannot be reached, refuses the credentials, or is set up so that photos could be lost. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

/** A photo that no further attempt would color: it is damaged or gone, or its place is refused. */
export class PhotoRefusedError extends Error {
  override readonly name = 'PhotoRefusedError';
}

/** `value` as it reads in an error message: strings quoted, everything else as JavaScript prints it. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  return String(value);
}

/** The house form of a message about an argument: what failed, which argument, its rule and its value. */
export function argumentMessage(action: string, argument: string, rule: string, value: unknown): string {
  return `Cannot ${action} as '${argument}' must ${rule}: current value is ${show(value)}`;
}

/** @throws {ShapeError} If `tensor` does not have the expected rank and sizes; a string names an axis of any length. */
export function assertShape(
  action: string,
  argument: string,
  tensor: Pick<tf.Tensor, 'shape'>,
  expected: readonly (number | string)[],
): void {
  const { shape } = tensor;
  const matches =
    shape.length === expected.length &&
    expected.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (!matches) throw new ShapeError(action, argument, expected, shape);
}

function assertRange(action: string, argument: string, value: number, rule: string, holds: boolean): void {
  if (!holds) throw new RangeError(argumentMessage(action, argument, rule, value));
}

/** @throws {RangeError} If `value` is not an integer of at least 1. */
export function assertPositiveInteger(action: string, argument: string, value: number): void {
  assertRange(action, argument, value, 'be a positive integer', Number.isSafeInteger(value) && value >= 1);
}

/** @throws {RangeError} If `value` is not an integer of at least 0. Seeds are such integers. */
export function assertNonNegativeInteger(action: string, argument: string, value: number): void {
  assertRange(
    action,
    argument,
    value,
    'be a non-negative integer',
    Number.isSafeInteger(value) && value >= 0,
  );
}

/** @throws {RangeError} If `value` is not a finite number above 0. */
export function assertPositive(action: string, argument: string, value: number): void {
  assertRange(action, argument, value, 'be a positive finite number', Number.isFinite(value) && value > 0);
}

/** @throws {RangeError} If `value` is not a finite number of at least 0. */
export function assertNonNegative(action: string, argument: string, value: number): void {
  assertRange(
    action,
    argument,
    value,
    'be a non-negative finite number',
    Number.isFinite(value) && value >= 0,
  );
}

/** @throws {RangeError} If `value` is not a number from `least` to `most`, both included. */
export function assertBetween(
  action: string,
  argument: string,
  value: number,
  [least, most]: readonly [number, number],
): void {
  assertRange(action, argument, value, `be from ${least} to ${most}`, value >= least && value <= most);
}

/** @throws {TypeError} If `value` is none of `choices`. */
export function assertOneOf<T extends string>(
  action: string,
  argument: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if ((choices as readonly unknown[]).includes(value)) return;
  const rule = `be one of ${choices.map(show).join(', ')}`;
  throw new TypeError(argumentMessage(action, argument, rule, value));
}
