import { argumentMessage } from '../errors.js';

/**
 * Checks that a value is read back from JSON as it was: numbers finite, no undefined, functions, dates or typed arrays.
 *
 * @param where What messages call the value.
 * @throws {TypeError} If a part of it is anything else; the message names the part.
 */
export function assertPlainJson(action: string, where: string, value: unknown): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value)) {
    throw new TypeError(argumentMessage(action, where, 'be plain JSON', value));
  }
  for (const [key, part] of Object.entries(value)) {
    assertPlainJson(action, isList ? `${where}[${key}]` : `${where}.${key}`, part);
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
