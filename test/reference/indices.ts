/** Calls `visit` with every index of a shape, the last axis fastest. */
export function forEachIndex(shape: readonly number[], visit: (index: readonly number[]) => void): void {
  const [length, ...rest] = shape;
  if (length === undefined) {
    visit([]);
    return;
  }
  for (let i = 0; i < length; i++) forEachIndex(rest, (index) => visit([i, ...index]));
}

/** Position of an index in the values of a tensor of `shape`. */
export function flatIndex(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((offset, value, axis) => offset * shape[axis]! + value, 0);
}

/** The values of a tensor of `shape` whose element at an index is `element(index)`. */
export function valuesBy(shape: readonly number[], element: (index: readonly number[]) => number): number[] {
  const values: number[] = [];
  forEachIndex(shape, (index) => values.push(element(index)));
  return values;
}
