/** A 3 by 3 matrix, row by row. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

export type Vector3 = readonly [number, number, number];

/** `matrix` times the column `vector`. */
export function multiply3(matrix: Matrix3, [x, y, z]: Vector3): Vector3 {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  return [a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z];
}

/** `matrix` with row i multiplied by `factors[i]`. */
export function scaleRows3(matrix: Matrix3, [x, y, z]: Vector3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  return [a * x, b * x, c * x, d * y, e * y, f * y, g * z, h * z, i * z];
}

/** The inverse of a regular matrix, by cofactors. */
export function invert3(matrix: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  const [first, second, third] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const scale = 1 / (a * first + b * second + c * third);
  const adjugate: Matrix3 = [
    first,
    c * h - b * i,
    b * f - c * e,
    second,
    a * i - c * g,
    c * d - a * f,
    third,
    b * g - a * h,
    a * e - b * d,
  ];
  return adjugate.map((value) => value * scale) as unknown as Matrix3;
}
