import { util } from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import { channelsOf, type RasterImage } from '../data/image.js';
import { lightnessRows, type RowLightness } from '../data/lightnessRows.js';
import { paintColors, type PaintOptions, type RowColors } from '../data/paintColors.js';
import { argumentMessage, assertOneOf, assertShape } from '../errors.js';
import { type ColorGuide, colorGuide } from './colorGuide.js';
import { edgeColors } from './edgeColors.js';
import { smoothColors } from './smoothColors.js';

const ACTION = 'paint a photo';

function assertColorField({ shape, values }: TensorData): void {
  assertShape(ACTION, 'colorField', { shape: [...shape] }, ['fieldHeight', 'fieldWidth', 2]);
  const length = util.sizeFromShape([...shape]);
  if (length > 0 && values.length === length) return;
  const rule = `be above 0 and the product of the shape, ${length}`;
  throw new RangeError(argumentMessage(ACTION, 'colorField.values.length', rule, values.length));
}

/** How colors can be brought to the size of a photo, the default first. */
export const UPSAMPLINGS: readonly Upsampling[] = ['edges', 'bilinear'];

/** How the colors of a small field come to the size of a photo. */
export type Upsampling = 'edges' | 'bilinear';

export interface PaintPhotoOptions extends PaintOptions {
  /**
   * `'edges'`: colors end where the lightness of the photo has its edges; `'bilinear'`: they flow into each other, whatever the
   * photo shows.
   *
   * @defaultValue `'edges'`
   */
  readonly upsampling?: Upsampling;
}

/** @throws {TypeError} If `upsampling` is none that there is. */
export function assertUpsampling(action: string, upsampling: Upsampling): void {
  assertOneOf(action, 'upsampling', upsampling, UPSAMPLINGS);
}

/** The guide of a photo, kept for fields of the shape that was last asked for. */
function keptGuide(
  photo: Pick<RasterImage, 'width' | 'height'>,
  lightness: RowLightness,
): (shape: readonly number[]) => ColorGuide {
  let [known, height, width]: [ColorGuide | undefined, number, number] = [undefined, 0, 0];
  return ([fieldHeight, fieldWidth]) => {
    if (known !== undefined && fieldHeight === height && fieldWidth === width) return known;
    [height, width] = [fieldHeight!, fieldWidth!];
    known = colorGuide(photo, lightness, [height, width]);
    return known;
  };
}

/** Paints one photo in the colors of a color field. */
export type PhotoPainter = (colorField: TensorData, options?: PaintPhotoOptions) => Promise<RasterImage>;

/**
 * A painter of one photo.
 *
 * @param lightness The photo's: kept for a photo that is painted several times.
 */
export function photoPainter(
  photo: Pick<RasterImage, 'width' | 'height'>,
  lightness: RowLightness,
): PhotoPainter {
  const guideFor = keptGuide(photo, lightness);
  return async (colorField, { upsampling = 'edges', ...options } = {}) => {
    assertColorField(colorField);
    assertUpsampling(ACTION, upsampling);
    const followEdges = (): RowColors => {
      const guide = guideFor(colorField.shape);
      return edgeColors(photo, guide, guide.colors(colorField));
    };
    const colors = upsampling === 'edges' ? followEdges() : smoothColors(colorField, photo);
    return paintColors(photo, { lightness, colors }, options);
  };
}

/**
 * A photo in the colors of a small color field: its own lightness at its own size, colors brought to that size along the edges of
 * its lightness. Where sRGB cannot show a color, its chroma is reduced and its lightness and hue stay.
 *
 * @param photo Grey or colored; of a colored photo only the lightness is used.
 * @param colorField `ab / 128`, shape `[fieldHeight, fieldWidth, 2]`; it covers the whole photo, whatever its proportions.
 * @returns A picture of three channels, as large as `photo`.
 * @throws {TypeError} If the photo's data do not fit its width and height, or `upsampling` is none that there is.
 * @throws {ShapeError} If the color field is not of that shape.
 * @throws {RangeError} If the photo has no width or height, the color field's values do not fit its shape, or `stripPixels` is
 *   not a positive integer.
 */
export async function paintPhoto(
  photo: RasterImage,
  colorField: TensorData,
  options: PaintPhotoOptions = {},
): Promise<RasterImage> {
  channelsOf(ACTION, photo);
  return photoPainter(photo, lightnessRows(photo))(colorField, options);
}
