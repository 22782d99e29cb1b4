import { describe, expect, it } from 'vitest';

import { colorfulness } from '../../src/metrics/colorfulness.js';
import { peakSignalToNoise } from '../../src/metrics/peakSignalToNoise.js';
import { structuralSimilarity } from '../../src/metrics/structuralSimilarity.js';
import golden from '../golden/metrics.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const { pictures } = golden;
const { width, truth, picture } = pictures;
const EXACT = { rtol: 1e-7, atol: 0 };
const unit = (values: readonly number[]) => values.map((value) => value / 255);

describe('peakSignalToNoise()', () => {
  it('equals scikit-image, whatever the scale', async () => {
    await expectAllClose([peakSignalToNoise(picture, truth)!], [pictures.peakSignalToNoise], EXACT);
    const scaled = peakSignalToNoise(unit(picture), unit(truth), { peak: 1 });
    await expectAllClose([scaled!], [pictures.peakSignalToNoise], EXACT);
  });

  it('is none for equal pictures', () => {
    expect(peakSignalToNoise(truth, truth)).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => peakSignalToNoise([1], [1, 2])).toThrow(
      new RangeError(
        "Cannot compute peakSignalToNoise as 'picture.length' must be 2, the length of 'truth': current value is 1",
      ),
    );
    expect(() => peakSignalToNoise([1], [1], { peak: 0 })).toThrow(RangeError);
  });
});

describe('structuralSimilarity()', () => {
  it('equals scikit-image with the Gaussian window of the paper, whatever the scale', async () => {
    const found = structuralSimilarity(picture, truth, { width });
    await expectAllClose([found!], [pictures.structuralSimilarity], EXACT);
    const scaled = structuralSimilarity(unit(picture), unit(truth), { width, peak: 1 });
    await expectAllClose([scaled!], [pictures.structuralSimilarity], EXACT);
  });

  it('is 1 for equal pictures, flat ones included, and the same both ways round', () => {
    expect(structuralSimilarity(truth, truth, { width })).toBeCloseTo(1, 12);
    const black = new Uint8Array(11 * 11);
    expect(structuralSimilarity(black, black, { width: 11, channels: 1 })).toBe(1);
    const forth = structuralSimilarity(truth, picture, { width })!;
    expect(structuralSimilarity(picture, truth, { width })).toBeCloseTo(forth, 12);
  });

  it('is none for pictures smaller than the window', () => {
    const small = new Uint8Array(10 * 40 * 3);
    expect(structuralSimilarity(small, small, { width: 10 })).toBeNull();
    expect(structuralSimilarity(small, small, { width: 40 })).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => structuralSimilarity([1, 2, 3, 4], [1], { width: 1 })).toThrow(
      new RangeError(
        "Cannot compute structuralSimilarity as 'picture.length' must be a multiple of 3, the values of a row: current value is 4",
      ),
    );
    expect(() => structuralSimilarity([1, 2, 3], [1], { width: 1 })).toThrow(
      new RangeError(
        "Cannot compute structuralSimilarity as 'truth.length' must be 3, the length of 'picture': current value is 1",
      ),
    );
    expect(() => structuralSimilarity(truth, truth, { width: 0 })).toThrow(RangeError);
  });
});

describe('colorfulness()', () => {
  it('equals NumPy, with and without absolute values', async () => {
    const found = [colorfulness(picture), colorfulness(picture, { absolute: true })];
    await expectAllClose(found, [pictures.colorfulness, pictures.absoluteColorfulness], EXACT);
  });

  it('is 0 for grey and 0.3 times the distance from grey for one color', () => {
    expect(colorfulness([9, 9, 9, 200, 200, 200])).toBe(0);
    expect(colorfulness([255, 0, 0])).toBeCloseTo(0.3 * Math.hypot(255, 127.5), 10);
  });

  it('says what does not fit', () => {
    expect(() => colorfulness([])).toThrow(
      new RangeError("Cannot compute colorfulness as 'rgb.length' must be above 0: current value is 0"),
    );
    expect(() => colorfulness([1, 2])).toThrow(
      new RangeError(
        "Cannot compute colorfulness as 'rgb.length' must be a multiple of 3: current value is 2",
      ),
    );
  });
});
