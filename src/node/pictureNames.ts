/** Endings of the names that are taken for pictures, in lower case. */
const PICTURE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'tif', 'tiff', 'gif'] as const;

/** `"jpg, jpeg, ..."`, for messages that say what was looked for. */
export const PICTURE_EXTENSION_LIST = PICTURE_EXTENSIONS.join(', ');

/**
 * Whether a file looks like a picture by its name. Names that begin with a dot do not: macOS leaves such companions of
 * pictures in folders and archives.
 */
export function isPictureName(name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return !base.startsWith('.') && PICTURE_EXTENSIONS.some((extension) => base.endsWith(`.${extension}`));
}

/** Digit runs as numbers without leading zeros, everything else as it is. */
function partsOf(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function compareParts(a: string, b: string): number {
  const numbers = /^\d/.test(a) && /^\d/.test(b);
  const [x, y] = numbers ? [a.replace(/^0+/, ''), b.replace(/^0+/, '')] : [a, b];
  if (numbers && x.length !== y.length) return x.length - y.length;
  if (x === y) return 0;
  return x < y ? -1 : 1;
}

/**
 * The order in which people number files: `"2.jpg"` before `"10.jpg"`.
 *
 * It compares code units, not letters of a language, so that the order, and with it every seeded shuffle, is the same on
 * every machine.
 */
export function compareNames(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareParts(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  if (left.length !== right.length) return left.length - right.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
