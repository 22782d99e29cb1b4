import type { TensorData } from '../checkpoint/tensorData.js';
import { argumentMessage } from '../errors.js';

const ACTION = 'import color components';
/** How far the product of two rows may be from 0, and the square of one from 1. */
const MOST_SKEW = 1e-3;
/** Numbers that a message shows. */
const MAX_SHOWN = 20;

/** Principal components of color fields by another program, a then b: each row is the plane of a and the plane of b. */
export interface PlanarComponents {
  /** Orthonormal rows, shape `[count, 2 * height * width]`. */
  readonly components: TensorData;
  /** Variance of color fields along each row, the largest first, `count` values above 0. */
  readonly variances: TensorData;
  /**
   * Mean color field, `2 * height * width` values.
   *
   * @defaultValue 0
   */
  readonly mean?: TensorData;
}

/** Principal components of color fields as plain data, channels innermost: the like of what `fitColorComponents` fits. */
export interface ImportedComponents {
  /** Shape of the color fields: `[height, width, 2]`. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Mean color field, shape `[height * width * 2]`. */
  readonly mean: Float32Array;
  /** Orthonormal rows, the largest variance first, shape `[count, height * width * 2]`. */
  readonly components: Float32Array;
  /** Variance of the color fields along each component, shape `[count]`. */
  readonly variances: Float32Array;
}

export interface ImportColorComponentsOptions {
  /**
   * Height and width of the color fields.
   *
   * @defaultValue those of squares
   */
  readonly size?: readonly [height: number, width: number];
}

function assertThat(isSo: boolean, argument: string, rule: string, current: unknown): void {
  if (!isSo) throw new RangeError(argumentMessage(ACTION, argument, rule, current));
}

/** A row of planes as one of pixels. */
function interleaved(planes: ArrayLike<number>, start: number, pixels: number): Float32Array {
  return Float32Array.from({ length: 2 * pixels }, (_, i) => planes[start + (i % 2) * pixels + (i >> 1)]!);
}

function assertOrthonormal(rows: readonly Float32Array[]): void {
  for (const [i, row] of rows.entries()) {
    for (const [k, other] of rows.slice(0, i + 1).entries()) {
      const product = row.reduce((sum, value, n) => sum + value * other[n]!, 0);
      const skew = Math.abs(product - (k === i ? 1 : 0));
      assertThat(skew <= MOST_SKEW, 'components', 'have orthonormal rows', `${k} . ${i} = ${product}`);
    }
  }
}

/**
 * Principal components of color fields that another program fitted, such as the bases that the method's authors published as
 * NumPy arrays: rows of planes become rows with channels innermost, which is how `mahalanobis` and `colorVaeLoss` take them.
 *
 * @param arrays Of color fields in the units of the networks, `ab / 128`; `openArrays` reads them.
 * @throws {RangeError} If the arrays do not fit each other or the size, rows are not orthonormal, or variances do not fall or
 *   are not above 0.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017: `data/pcomp` of github.com/aditya12agd5/divcolor.
 */
export function importColorComponents(
  { components, variances, mean }: PlanarComponents,
  options: ImportColorComponentsOptions = {},
): ImportedComponents {
  const [count = 0, length = 0] = components.shape;
  const side = Math.sqrt(length / 2);
  const { size: [height, width] = [side, side] } = options;
  const pixels = height * width;
  const fits =
    components.shape.length === 2 && Number.isInteger(height) && length === 2 * pixels && count > 0;
  assertThat(
    fits,
    'components',
    `have shape [count, 2 * ${height} * ${width}]`,
    `[${components.shape.join(', ')}]`,
  );
  const shares = Float32Array.from(variances.values);
  const falling =
    shares.length === count && shares.every((value, i) => value > 0 && !(value > shares[i - 1]!));
  assertThat(
    falling,
    'variances',
    `be ${count} falling numbers above 0`,
    shares.slice(0, MAX_SHOWN).join(', '),
  );
  if (mean !== undefined)
    assertThat(mean.values.length === length, 'mean', `have ${length} values`, mean.values.length);
  const rows = Array.from({ length: count }, (_, i) => interleaved(components.values, i * length, pixels));
  assertOrthonormal(rows);
  const flat = new Float32Array(count * length);
  rows.forEach((row, i) => flat.set(row, i * length));
  return {
    shape: [height, width, 2],
    mean: mean === undefined ? new Float32Array(length) : interleaved(mean.values, 0, pixels),
    components: flat,
    variances: shares,
  };
}
