import { describe, expect, it } from 'vitest';

import { toGrey } from '../../src/data/toGrey.js';
import golden from '../golden/paint.json' with { type: 'json' };
import { expectTensorsKeptAsync } from '../support/numeric.js';

const PHOTO = { width: golden.width, height: golden.height, data: Uint8Array.from(golden.photo) };

describe('toGrey()', () => {
  it('gives three equal channels of the lightness that scikit-image finds', async () => {
    const { width, height, data } = await toGrey(PHOTO);
    expect([width, height, data.length]).toEqual([golden.width, golden.height, golden.grey.length]);
    for (let pixel = 0; pixel < data.length; pixel += 3) {
      expect(data[pixel + 1]).toBe(data[pixel]);
      expect(data[pixel + 2]).toBe(data[pixel]);
      expect(Math.abs(data[pixel]! - golden.grey[pixel]!)).toBeLessThanOrEqual(1);
    }
  });

  it('keeps every grey level as it is', async () => {
    const levels = { width: 256, height: 1, data: Uint8Array.from({ length: 256 }, (_, i) => i) };
    const grey = await toGrey(levels);
    expect(Array.from(grey.data)).toEqual(Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
  });

  it('leaves no tensor behind', async () => {
    await expectTensorsKeptAsync(0, async () => toGrey(PHOTO));
  });

  it('says when the data do not fit the size', async () => {
    await expect(toGrey({ width: 2, height: 2, data: new Uint8Array(5) })).rejects.toThrow(
      new TypeError(
        "Cannot convert toGrey as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 5",
      ),
    );
  });
});
