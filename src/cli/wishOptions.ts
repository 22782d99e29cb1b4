import { shrinkImage } from '../data/shrinkImage.js';
import type { ColorizeOptions } from '../inference/colorizer.js';
import type { ColorHint, RgbBytes } from '../inference/steering/wishes.js';
import { decodeImage } from '../node/decodeImage.js';
import { argumentMessage } from '../errors.js';
import { nonNegativeNumber, type ParsedArguments, UsageError } from './arguments.js';

const ACTION = 'read the command line';
/** Side of the copy of a reference photo that is kept: its colors are all that is needed. */
const REFERENCE_SIDE = 128;
const COLOR = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const HINT = /^(\d+),(\d+),(.*)$/;

/** Options that say which colors are wanted. */
export const WISH_OPTIONS = {
  hint: {
    value: 'X,Y,#RRGGBB',
    multiple: true,
    description: 'wished color of the pixel X from the left, Y from the top; may be given several times',
  },
  palette: { value: '#RRGGBB,...', description: 'colors that the results should use' },
  reference: { value: 'FILE', description: 'a photo in color whose colors the results should take' },
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
