import { argumentMessage } from '../errors.js';

/** @throws {RangeError} If `actual` is not `expected`, the length of `of`. */
export function assertLength(
  action: string,
  argument: string,
  actual: number,
  expected: readonly [number, string],
): void {
  const [length, of] = expected;
  if (actual === length) return;
  throw new RangeError(
    argumentMessage(action, `${argument}.length`, `be ${length}, the length of '${of}'`, actual),
  );
}

/** @throws {RangeError} If `values` holds nothing. */
export function assertNotEmpty(action: string, argument: string, values: ArrayLike<unknown>): void {
  if (values.length > 0) return;
  throw new RangeError(argumentMessage(action, `${argument}.length`, 'be above 0', 0));
}

/** @throws {RangeError} If there is no result or one is not as long as the first. */
export function assertResults(action: string, results: readonly ArrayLike<number>[]): void {
  assertNotEmpty(action, 'results', results);
  assertNotEmpty(action, 'results[0]', results[0]!);
  results.forEach((result, i) => {
    assertLength(action, `results[${i}]`, result.length, [results[0]!.length, 'results[0]']);
  });
}

/** @throws {RangeError} If there is no result or one is not as long as `truth`. */
export function assertResultsOf(
  action: string,
  results: readonly ArrayLike<number>[],
  truth: ArrayLike<number>,
): void {
  assertNotEmpty(action, 'results', results);
  assertNotEmpty(action, 'truth', truth);
  results.forEach((result, i) =>
    assertLength(action, `results[${i}]`, result.length, [truth.length, 'truth']),
  );
}

/** @throws {RangeError} If `values` is not whole pixels of `channels` values. */
export function assertPixels(
  action: string,
  argument: string,
  values: ArrayLike<number>,
  channels: number,
): void {
  assertNotEmpty(action, argument, values);
  if (values.length % channels === 0) return;
  throw new RangeError(
    argumentMessage(action, `${argument}.length`, `be a multiple of ${channels}`, values.length),
  );
}

/** @throws {RangeError} If an element of `values` is NaN or infinite. */
export function assertAllFinite(action: string, argument: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new RangeError(argumentMessage(action, `${argument}[${i}]`, 'be finite', values[i]));
  }
}
