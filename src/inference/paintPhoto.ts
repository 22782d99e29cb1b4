import * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import { channelsOf, type RasterImage } from '../data/image.js';
import { clipToGamut, labToRgb, rgbToLightness } from '../data/lab.js';
import { colorFieldToAb } from '../data/networkColor.js';
import { type PaintOptions, paintStrips } from '../data/paintStrips.js';
import { rasterToTensor } from '../data/rasterTensor.js';
import { interpolationMatrix, resizeImage } from '../data/resize.js';
import { watched } from '../deviceWatch.js';
import { argumentMessage, assertShape } from '../errors.js';

const ACTION = 'paint a photo';
const WORK = { action: ACTION, saving: 'make the photo smaller' };

function assertColorField({ shape, values }: TensorData): void {
  assertShape(ACTION, 'colorField', { shape: [...shape] }, ['fieldHeight', 'fieldWidth', 2]);
  const length = tf.util.sizeFromShape([...shape]);
  if (length > 0 && values.length === length) return;
  const rule = `be above 0 and the product of the shape, ${length}`;
  throw new RangeError(argumentMessage(ACTION, 'colorField.values.length', rule, values.length));
}

/** The color field as ab, as wide as the photo: shape `[fieldHeight, width * 2]`. */
function widen({ shape, values }: TensorData, width: number): tf.Tensor2D {
  const [height, fieldWidth] = shape as [number, number, number];
  return tf.tidy(() => {
    const field = tf.tensor4d(values, [1, height, fieldWidth, 2], 'float32');
    return tf.reshape(resizeImage(colorFieldToAb(field), { height, width }), [height, width * 2]);
  });
}

/** The colored rows of one strip: rows of the color field are the rows of `matrix`. */
function paintStrip(strip: RasterImage, wide: tf.Tensor2D, matrix: Float32Array): tf.Tensor3D {
  const { width, height: rows } = strip;
  return tf.tidy(() => {
    const lightness = rgbToLightness(rasterToTensor(strip)); // [rows, width, 1]
    const tall = tf.matMul(tf.tensor2d(matrix, [rows, wide.shape[0]]), wide);
    const ab = tf.reshape<tf.Rank.R3>(tall, [rows, width, 2]);
    return clipToGamut(labToRgb(tf.concat([lightness, ab], 2)));
  });
}

/**
 * A photo in the colors of a small color field: its own lightness at its own size, colors brought to that size.
 *
 * @param photo Grey or colored; of a colored photo only the lightness is used.
 * @param colorField `ab / 128`, shape `[fieldHeight, fieldWidth, 2]`; it covers the whole photo, whatever its proportions.
 * @returns A picture of three channels, as large as `photo`.
 * @throws {TypeError} If the photo's data do not fit its width and height.
 * @throws {ShapeError} If the color field is not of that shape.
 * @throws {RangeError} If the photo has no width or height, the color field's values do not fit its shape, or `stripPixels` is
 *   not a positive integer.
 * @throws {BackendError} If the device of the backend is lost, or there is not enough memory.
 */
export async function paintPhoto(
  photo: RasterImage,
  colorField: TensorData,
  options: PaintOptions = {},
): Promise<RasterImage> {
  channelsOf(ACTION, photo);
  assertColorField(colorField);
  const fieldHeight = colorField.shape[0]!;
  const scale = fieldHeight / photo.height;
  const wide = widen(colorField, photo.width);
  const paint = (strip: RasterImage, first: number): tf.Tensor3D => {
    const window = { start: first * scale, length: strip.height * scale };
    return paintStrip(strip, wide, interpolationMatrix(fieldHeight, strip.height, window));
  };
  try {
    return await watched(WORK, () => paintStrips(photo, paint, options));
  } finally {
    wide.dispose();
  }
}
