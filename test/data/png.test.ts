import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';

import { encodePng } from '../../src/data/png.js';
import { randomGenerator } from '../../src/random.js';

const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Pixels of random bytes. */
function noise(width: number, height: number, channels: number) {
  const { integer } = randomGenerator(0);
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => integer(256)) };
}

describe('encodePng()', () => {
  it('keeps every pixel of grey, RGB and RGBA pictures', async () => {
    for (const channels of [1, 3, 4]) {
      const image = noise(7, 5, channels);
      const decoded = decode(await encodePng(image), { checkCrc: true });
      expect([decoded.width, decoded.height, decoded.channels, decoded.depth]).toEqual([7, 5, channels, 8]);
      expect(Array.from(decoded.data)).toEqual(Array.from(image.data));
    }
  });

  it('keeps the pixels of a picture that is compressed in several blocks', async () => {
    const image = noise(400, 500, 3);
    const { data } = decode(await encodePng(image), { checkCrc: true });
    expect(data.length).toBe(image.data.length);
    expect(image.data.findIndex((byte, i) => byte !== data[i])).toBe(-1);
  });

  it('takes the pixels of a page, whose bytes are clamped', async () => {
    const image = { width: 1, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255) };
    expect(Array.from(decode(await encodePng(image)).data)).toEqual([1, 2, 3, 255]);
  });

  it('begins with the signature and header of the PNG specification', async () => {
    const bytes = await encodePng(noise(1, 2, 3));
    expect(Array.from(bytes.subarray(0, 24))).toEqual(
      Array.from(bytesOf('iVBORw0KGgoAAAANSUhEUgAAAAEAAAAC')),
    );
  });

  it('says when the data do not fit the size', async () => {
    await expect(encodePng({ width: 2, height: 2, data: new Uint8Array(3) })).rejects.toThrow(
      new TypeError(
        "Cannot encode a PNG as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 3",
      ),
    );
  });
});
