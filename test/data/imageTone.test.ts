import { describe, expect, it } from 'vitest';

import { imageTone } from '../../src/data/imageTone.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

/** A ramp from black to white, each pixel times `color`. */
function ramp(color: readonly number[]) {
  const data = Uint8Array.from(
    { length: 64 * 64 * 3 },
    (_, i) => (color[i % 3]! * (Math.floor(i / 3) % 64)) / 63,
  );
  return { width: 64, height: 64, data };
}

describe('imageTone()', () => {
  it('tells grey, toned and colored pictures apart', async () => {
    expect(await imageTone(ramp([255, 255, 255]))).toBe('grey');
    const colored = ramp([255, 255, 255]);
    for (let i = 0; i < colored.data.length; i += 3) colored.data[i + (i % 2)] = 255;
    expect(await imageTone(colored)).toBe('color');
    expect(await imageTone({ width: 2, height: 1, data: Uint8Array.of(7, 9) })).toBe('grey');
  });

  it('leaves no tensor behind', async () => {
    await expectTensorsKeptAsync(0, async () => imageTone(ramp([9, 200, 30])));
  });
});
