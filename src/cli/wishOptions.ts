import { shrinkImage } from '../data/shrinkImage.js';
import type { ColorizeOptions } from '../inference/colorizer.js';
import { pictureField } from '../inference/steering/pictureField.js';
import type { ColorHint, Rectangle, RgbBytes } from '../inference/steering/wishes.js';
import { decodeImage } from '../node/decodeImage.js';
import { argumentMessage } from '../errors.js';
import { nonNegativeNumber, type ParsedArguments, place, UsageError } from './arguments.js';

const ACTION = 'read the command line';
/** Side of the copy of a reference photo that is kept: its colors are all that is needed. */
const REFERENCE_SIDE = 128;
const COLOR = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const HINT = /^(\d+),(\d+),(.*)$/;
const RECTANGLE = /^(\d+),(\d+),([1-9]\d*),([1-9]\d*)$/;

/** Options that say which colors are wanted. */
export const WISH_OPTIONS = {
  hint: {
    value: 'X,Y,#RRGGBB',
    multiple: true,
    description: 'wished color of the pixel X from the left, Y from the top; may be given several times',
  },
  palette: { value: '#RRGGBB,...', description: 'colors that the results should use' },
  reference: { value: 'FILE', description: 'a photo in color whose colors the results should take' },
  lock: {
    value: 'X,Y,WIDTH,HEIGHT',
    description: 'rectangle that keeps the colors of the picture of --lock-from',
  },
  'lock-from': {
    value: 'FILE',
    description: 'an earlier result of the photo, also one that was painted over',
  },
  saturation: {
    value: 'S',
    description: 'strength of colors: 0 is grey, 1 as the model paints (default: 1)',
  },
} as const;

function colorOf(option: string, whole: string, text: string): RgbBytes {
  const digits = COLOR.exec(text);
  if (digits === null)
    throw new UsageError(argumentMessage(ACTION, option, 'have colors of the form #rrggbb', whole));
  const [red, green, blue] = digits.slice(1).map((pair) => Number.parseInt(pair, 16));
  return [red!, green!, blue!];
}

function hintOf(text: string): ColorHint {
  const parts = HINT.exec(text);
  if (parts === null)
    throw new UsageError(argumentMessage(ACTION, '--hint', 'be of the form X,Y,#rrggbb', text));
  return { x: Number(parts[1]), y: Number(parts[2]), rgb: colorOf('--hint', text, parts[3]!) };
}

function rectangleOf(text: string): Rectangle {
  const parts = RECTANGLE.exec(text);
  if (parts === null) {
    const rule = 'be of the form X,Y,WIDTH,HEIGHT, at least a pixel wide and high';
    throw new UsageError(argumentMessage(ACTION, '--lock', rule, text));
  }
  const [left, top, width, height] = parts.slice(1).map(Number);
  return { left: left!, top: top!, width: width!, height: height! };
}

/** What `--lock` and `--lock-from` ask for, before the picture is read. */
export interface LockRequest {
  readonly region: Rectangle;
  readonly path: string;
}

/** @throws {UsageError} If one of the two options is there without the other, or is malformed. */
export function lockRequest(args: ParsedArguments): LockRequest | undefined {
  const [rectangle, path] = [args.text('lock'), place(args, 'lock-from')];
  if (rectangle === undefined && path === undefined) return undefined;
  if (rectangle === undefined || path === undefined)
    throw new UsageError(
      "Give '--lock' and '--lock-from' together: a rectangle, and the picture whose colors it keeps",
    );
  return { region: rectangleOf(rectangle), path };
}

/** What `--hint`, `--palette` and `--saturation` ask for. */
export function wishOptions(
  args: ParsedArguments,
): Pick<ColorizeOptions, 'hints' | 'palette' | 'saturation'> {
  const hints = args.texts('hint').map(hintOf);
  const palette = args.text('palette');
  const saturation = nonNegativeNumber(args, 'saturation');
  return {
    ...(hints.length > 0 && { hints }),
    ...(palette !== undefined && {
      palette: palette.split(',').map((text) => colorOf('--palette', palette, text.trim())),
    }),
    ...(saturation !== undefined && { saturation }),
  };
}

/**
 * The photo that `--reference` names, made small.
 *
 * @throws {ImageError} If it cannot be read.
 */
export async function referenceOption(
  args: ParsedArguments,
  maxPixels: number,
): Promise<Pick<ColorizeOptions, 'reference'>> {
  const path = args.text('reference');
  if (path === undefined) return {};
  const { width, height, data } = shrinkImage(await decodeImage(path, { maxPixels }), REFERENCE_SIDE);
  return { reference: { width, height, data } };
}

/**
 * The colors that a photo keeps, at the size of the color fields of a model.
 *
 * @throws {ImageError} If the picture cannot be read.
 */
export async function lockOption(
  request: LockRequest | undefined,
  { maxPixels, size }: { readonly maxPixels: number; readonly size: number },
): Promise<Pick<ColorizeOptions, 'lock'>> {
  if (request === undefined) return {};
  const picture = await decodeImage(request.path, { maxPixels });
  const { width, height } = picture;
  return {
    lock: {
      region: request.region,
      result: { width, height, colorField: await pictureField(picture, size) },
    },
  };
}
