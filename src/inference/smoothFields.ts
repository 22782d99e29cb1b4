import type { TensorData } from '../checkpoint/tensorData.js';

/** How far colors are followed from one frame to the next, in pixels of the color field. */
const REACH = 2;
/** Difference of lightness, in L, at which a place counts as another one. */
const LIKENESS = 2;
/** How much nearer places are preferred, in pixels of the color field. */
const NEARNESS = 0.6;
/** Below this correlation of their lightness, two frames belong to different shots. */
const LEAST_CORRELATION = 0.5;
/** Side of the blocks whose mean lightness is compared, in pixels of the color field. */
const CUT_BLOCK = 8;
/** Frames of less contrast than this, in L, are told apart by their mean lightness. */
const FLAT = 1;
const FLAT_CUT = 20;

/** Mean and standard deviation. */
function moments(values: Float32Array): { readonly mean: number; readonly deviation: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

/** Means of blocks of a square picture. */
function blockMeans(lightness: Float32Array, side: number): Float32Array {
  const block = Math.min(CUT_BLOCK, side);
  const blocks = Math.floor(side / block);
  const means = new Float32Array(blocks * blocks);
  for (let y = 0; y < blocks * block; y++)
    for (let x = 0; x < blocks * block; x++)
      means[Math.floor(y / block) * blocks + Math.floor(x / block)]! += lightness[y * side + x]! / block ** 2;
  return means;
}

/**
 * Whether two frames belong to different shots: what is light and dark in them has little to do with each other. Brightness
 * and contrast may change within a shot, as lamps and old films flicker.
 *
 * @param before Lightness of a frame, 0..100, shape `[side, side]`.
 * @param after That of the next one.
 */
export function isCut(before: Float32Array, after: Float32Array, side: number): boolean {
  const [a, b] = [blockMeans(before, side), blockMeans(after, side)];
  const [one, other] = [moments(a), moments(b)];
  if (one.deviation < FLAT || other.deviation < FLAT) return Math.abs(one.mean - other.mean) > FLAT_CUT;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - one.mean) * (b[i]! - other.mean);
  return sum / a.length / (one.deviation * other.deviation) < LEAST_CORRELATION;
}

/** The earlier lightness at the brightness and contrast of the later. */
function matched(before: Float32Array, after: Float32Array): Float32Array {
  const [one, other] = [moments(before), moments(after)];
  const gain = Math.min(2, Math.max(0.5, other.deviation / Math.max(one.deviation, FLAT)));
  return before.map((value) => (value - one.mean) * gain + other.mean);
}

/** The nearest number from 0 to `side - 1`. */
function inside(i: number, side: number): number {
  return Math.min(side - 1, Math.max(0, i));
}

/** Sums over each pixel and its two neighbors in the row or the column; beyond the border, the pixel itself. */
function tripleSums(values: Float32Array, side: number, vertical: boolean): Float32Array {
  const step = vertical ? side : 1;
  return values.map((value, i) => {
    const at = vertical ? Math.floor(i / side) : i % side;
    const [before, after] = [at > 0 ? values[i - step]! : value, at < side - 1 ? values[i + step]! : value];
    return before + value + after;
  });
}

/** Where the earlier frame, moved by `(dx, dy)`, is like the later: mean squared difference over 3 x 3 pixels. */
function patchDistances(
  before: Float32Array,
  after: Float32Array,
  side: number,
  [dx, dy]: readonly [number, number],
): Float32Array {
  const squares = after.map((value, i) => {
    const [x, y] = [inside((i % side) + dx, side), inside(Math.floor(i / side) + dy, side)];
    return (value - before[y * side + x]!) ** 2;
  });
  return tripleSums(tripleSums(squares, side, false), side, true).map((sum) => sum / 9);
}

/** A place of the earlier frame that each pixel may have come from, and how much it looks like it. */
interface Shift {
  readonly offset: readonly [number, number];
  /** Likeness times nearness, shape `[side, side]`. */
  readonly weights: Float32Array;
}

/** How each pixel follows from the frame before. */
interface Motion {
  readonly shifts: readonly Shift[];
  /** From 0, nothing there was like it, to 1. */
  readonly confidence: Float32Array;
}

function motionBetween(before: Float32Array, after: Float32Array, side: number): Motion {
  const reference = matched(before, after);
  const confidence = new Float32Array(side * side);
  const shifts: Shift[] = [];
  for (let dy = -REACH; dy <= REACH; dy++) {
    for (let dx = -REACH; dx <= REACH; dx++) {
      const distances = patchDistances(reference, after, side, [dx, dy]);
      const near = Math.exp(-(dx * dx + dy * dy) / (2 * NEARNESS ** 2));
      const weights = distances.map((distance, i) => {
        const likeness = Math.exp(-distance / (2 * LIKENESS ** 2));
        confidence[i] = Math.max(confidence[i]!, likeness);
        return near * likeness;
      });
      shifts.push({ offset: [dx, dy], weights });
    }
  }
  return { shifts, confidence };
}

/** `share * followed + (1 - share) * painted`, where colors could be followed. */
function follow(
  before: TensorData,
  painted: TensorData,
  { shifts, confidence }: Motion,
  smoothing: number,
): TensorData {
  const side = painted.shape[0]!;
  const values = new Float32Array(painted.values.length);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    let [total, a, b] = [0, 0, 0];
    for (const { offset, weights } of shifts) {
      const from = inside(y + offset[1], side) * side + inside(x + offset[0], side);
      total += weights[i]!;
      a += weights[i]! * before.values[2 * from]!;
      b += weights[i]! * before.values[2 * from + 1]!;
    }
    const share = total > 0 ? smoothing * confidence[i]! : 0;
    const scale = total > 0 ? share / total : 0;
    values[2 * i] = scale * a + (1 - share) * painted.values[2 * i]!;
    values[2 * i + 1] = scale * b + (1 - share) * painted.values[2 * i + 1]!;
  }
  return { shape: painted.shape, values };
}

/** Color fields of a frame, smoothed, and whether a new shot begins with it. */
export interface SmoothedFields {
  readonly fields: readonly TensorData[];
  readonly cut: boolean;
}

/**
 * Smooths color fields over the frames of a clip: `c' = s * followed + (1 - s) * painted`.
 *
 * `followed` are the smoothed colors of the frame before at the places, up to 2 pixels of the field away, whose lightness is
 * like that of the pixel and its neighbors, once brightness and contrast are evened out. `s` is `smoothing` times that
 * likeness: where nothing is alike, as behind a moving edge, the pixel is painted anew, so that no color is dragged along. At
 * a cut all of it is.
 *
 * @param smoothing From 0, each frame by itself, to below 1.
 * @returns A function of the lightness of a frame, 0..100, shape `[side, side]`, and its color fields, each `[side, side, 2]`.
 */
export function fieldSmoother(smoothing: number) {
  let before: { readonly lightness: Float32Array; readonly fields: readonly TensorData[] } | undefined;
  return (lightness: Float32Array, painted: readonly TensorData[]): SmoothedFields => {
    const side = Math.sqrt(lightness.length);
    const cut = before === undefined || isCut(before.lightness, lightness, side);
    let fields = painted;
    if (!cut && smoothing > 0) {
      const motion = motionBetween(before!.lightness, lightness, side);
      fields = painted.map((field, i) => follow(before!.fields[i]!, field, motion, smoothing));
    }
    before = { lightness, fields };
    return { fields, cut };
  };
}
