import * as tf from '@tensorflow/tfjs-core';

import type { RasterImage } from './image.js';
import { rgbToLab } from './lab.js';
import { rasterToTensor } from './rasterTensor.js';
import { shrinkImage } from './shrinkImage.js';

/** Pictures are measured at about this shortest side, in pixels. */
const MEASURED_SIDE = 64;
/** A tone shows between these lightnesses: prints fade to black and white. */
const MIDTONES = [15, 85] as const;
/** Share of the pixels that must be midtones for a tone to be seen. */
const MIDTONE_SHARE = 0.2;

/** What the colors of a picture amount to, in Lab units. */
export interface ColorStatistics {
  /** Mean of `sqrt(a**2 + b**2)` over the pixels: 0 for a grey picture. */
  readonly meanChroma: number;
  /** Mean distance in ab of the midtones from the line of their mean hue: near 0 in a toned print. */
  readonly hueSpread: number;
  /** Mean deviation of the midtones' chroma along that line, as a share of its mean. */
  readonly chromaVariation: number;
  /** Standard deviation of the midtones' lightness. */
  readonly lightnessSpread: number;
  /** Angle of the midtones' mean color in the ab plane, 0 to 360 degrees: 0 is red, 90 yellow, 180 green, 270 blue. */
  readonly hue: number;
}

/** What is said of the tone of a picture that has too few midtones, or none but grey ones. */
const NO_TONE = {
  hueSpread: Number.POSITIVE_INFINITY,
  chromaVariation: Number.POSITIVE_INFINITY,
  lightnessSpread: 0,
  hue: 0,
} as const;

/** Lab of a picture at the size at which it is measured, `L, a, b` of each pixel. */
async function labValues(image: RasterImage): Promise<Float32Array> {
  const lab = tf.tidy(() => rgbToLab(rasterToTensor(shrinkImage(image, MEASURED_SIDE))));
  try {
    return (await lab.data()) as Float32Array;
  } finally {
    lab.dispose();
  }
}

function isMidtone(lightness: number): boolean {
  return lightness > MIDTONES[0] && lightness < MIDTONES[1];
}

/** Sums over the pixels. */
function sumsOf(lab: Float32Array) {
  let [chroma, count, light, squares, a, b] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < lab.length; i += 3) {
    const [lightness, x, y] = [lab[i]!, lab[i + 1]!, lab[i + 2]!];
    chroma += Math.sqrt(x * x + y * y);
    if (!isMidtone(lightness)) continue;
    count++;
    light += lightness;
    squares += lightness * lightness;
    a += x;
    b += y;
  }
  return { chroma, count, light, squares, a, b };
}

/** How far the midtones lie from the color (a, b) across its hue and along it, in the mean. */
function spreads(lab: Float32Array, count: number, a: number, b: number) {
  const length = Math.sqrt(a * a + b * b);
  let [across, along] = [0, 0];
  for (let i = 0; i < lab.length; i += 3) {
    if (!isMidtone(lab[i]!)) continue;
    across += Math.abs(lab[i + 2]! * a - lab[i + 1]! * b);
    along += Math.abs(lab[i + 1]! * a + lab[i + 2]! * b - length * length);
  }
  return { across: across / length / count, along: along / length / count, length };
}

/**
 * Measures the colors of a picture at about 64 pixels.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export async function colorStatistics(image: RasterImage): Promise<ColorStatistics> {
  const lab = await labValues(image);
  const { chroma, count, light, squares, a, b } = sumsOf(lab);
  const meanChroma = chroma / (lab.length / 3);
  const { across, along, length } = spreads(lab, count, a / count, b / count);
  if (count < (lab.length / 3) * MIDTONE_SHARE || length === 0) {
    return { ...NO_TONE, meanChroma };
  }
  return {
    meanChroma,
    hueSpread: across,
    chromaVariation: along / length,
    lightnessSpread: Math.sqrt(Math.max(0, squares / count - (light / count) ** 2)),
    hue: ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360,
  };
}

/** Whether a picture has color: none, that of a toned print, or more. */
export type ImageTone = 'grey' | 'sepia' | 'tinted' | 'color';

/** Below this mean chroma a picture counts as grey. */
export const GREY_CHROMA = 2.5;
/** A picture is toned if its midtones keep to one hue and one chroma, and are light and dark: limits of the statistics. */
const TONED = { hueSpread: 1, chromaVariation: 0.25, lightnessSpread: 9 } as const;
/** Hues of brown prints, in degrees. */
const SEPIA_HUES = [40, 100] as const;

/**
 * Whether a picture has color, and if not, of which kind it is.
 *
 * The spread of lightness keeps an empty sky or a wall from being taken for a toned picture.
 */
export function toneOf(statistics: ColorStatistics): ImageTone {
  const { meanChroma, hueSpread, chromaVariation, lightnessSpread, hue } = statistics;
  if (meanChroma < GREY_CHROMA) return 'grey';
  const oneColor = hueSpread < TONED.hueSpread && chromaVariation < TONED.chromaVariation;
  if (!oneColor || lightnessSpread < TONED.lightnessSpread) return 'color';
  return hue >= SEPIA_HUES[0] && hue <= SEPIA_HUES[1] ? 'sepia' : 'tinted';
}
