import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { decode, encode } from 'fast-png';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError } from '../../src/errors.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { randomGenerator } from '../../src/random.js';
import { hugePng } from '../support/pngFile.js';
import { temporaryFolder } from './temporaryFolder.js';

const PICTURES = fileURLToPath(new URL('../fixtures/pictures', import.meta.url));
const BRICK = { r: 200, g: 50, b: 50 };

/** A picture of one color, to be encoded by sharp. */
const brick = (alpha?: number) =>
  sharp({
    create: {
      width: 6,
      height: 4,
      channels: alpha === undefined ? 3 : 4,
      background: { ...BRICK, alpha: alpha ?? 1 },
    },
  });

/** 128 x 128 pixels that no encoder makes small. */
function noise() {
  const { integer } = randomGenerator(0);
  const data = Uint8Array.from({ length: 128 * 128 * 3 }, () => integer(256));
  return sharp(data, { raw: { width: 128, height: 128, channels: 3 } });
}

/** The size, and the one color of the picture to within `tolerance`. */
function expectSolid(image: RasterImage, size: number[], color: number[], tolerance = 0) {
  expect([image.width, image.height]).toEqual(size);
  expect(image.data.length).toBe(size[0]! * size[1]! * 3);
  const far = image.data.findIndex((value, i) => Math.abs(value - color[i % 3]!) > tolerance);
  expect(far, `value ${image.data[far]} at ${far}`).toBe(-1);
}

/** The error of a picture that must not be decoded. */
async function failureOf(
  input: string | Uint8Array,
  options?: Parameters<typeof decodeImage>[1],
): Promise<ImageError> {
  const error: unknown = await decodeImage(input, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ImageError);
  return error as ImageError;
}

describe('decodeImage()', () => {
  it('reads every supported kind of file', async () => {
    const lossless = [
      brick().png(),
      brick().webp({ lossless: true }),
      brick().gif(),
      brick().tiff({ compression: 'lzw' }),
    ];
    for (const picture of lossless)
      expectSolid(await decodeImage(await picture.toBuffer()), [6, 4], [200, 50, 50]);
    const lossy = [brick().jpeg(), brick().avif(), brick().webp()];
    for (const picture of lossy)
      expectSolid(await decodeImage(await picture.toBuffer()), [6, 4], [200, 50, 50], 4);
  });

  it('keeps the pixels of a PNG file', async () => {
    const { integer } = randomGenerator(1);
    const image = { width: 9, height: 5, data: Uint8Array.from({ length: 135 }, () => integer(256)) };
    expect(await decodeImage(await encodePng(image))).toEqual(image);
  });

  it('turns pictures as their EXIF orientation says', async () => {
    // Left half red, right half blue; orientation 6 is "turn clockwise to view": red on top.
    const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => {
      const left = Math.floor(i / 3) % 16 < 8;
      return i % 3 === (left ? 0 : 2) ? 255 : 0;
    });
    const stored = sharp(data, { raw: { width: 16, height: 16, channels: 3 } });
    const image = await decodeImage(
      await stored.withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    );
    const colorAt = (x: number, y: number) =>
      Array.from(image.data.subarray(3 * (16 * y + x), 3 * (16 * y + x) + 3));
    for (const x of [0, 15]) {
      expect(colorAt(x, 0)[0]).toBeGreaterThan(240);
      expect(colorAt(x, 15)[2]).toBeGreaterThan(240);
    }
    const wide = await brick().withMetadata({ orientation: 8 }).jpeg().toBuffer();
    expectSolid(await decodeImage(wide), [4, 6], [200, 50, 50], 4);
  });

  it('lays transparent parts on white', async () => {
    expectSolid(await decodeImage(await brick(0).png().toBuffer()), [6, 4], [255, 255, 255]);
    // 128 / 255 of the color, the rest white: (227.4, 152.1, 152.1).
    expectSolid(
      await decodeImage(
        await brick(128 / 255)
          .png()
          .toBuffer(),
      ),
      [6, 4],
      [227, 152, 152],
      1,
    );
  });

  it('takes 16-bit, grey, two-level and palette pictures to 8-bit RGB', async () => {
    const png = (channels: number, depth: 1 | 8 | 16, data: Uint8Array | Uint16Array, width = 2) =>
      decodeImage(encode({ width, height: 1, channels, depth, data }));
    const pixels = async (image: Promise<RasterImage>) => Array.from((await image).data);
    expect(await pixels(png(3, 16, Uint16Array.of(0xffff, 0x8000, 0, 0x4040, 0xc8c8, 0x0101)))).toEqual([
      255, 128, 0, 64, 200, 1,
    ]);
    expect(await pixels(png(1, 16, Uint16Array.of(0xffff, 0x8000)))).toEqual([255, 255, 255, 128, 128, 128]);
    expect(await pixels(png(1, 8, Uint8Array.of(7, 99)))).toEqual([7, 7, 7, 99, 99, 99]);
    expect(await pixels(png(2, 8, Uint8Array.of(7, 255, 99, 0)))).toEqual([7, 7, 7, 255, 255, 255]);
    expect((await pixels(png(1, 1, Uint8Array.of(0b10100000), 8))).slice(0, 6)).toEqual([
      255, 255, 255, 0, 0, 0,
    ]);
    expectSolid(await decodeImage(await brick().png({ palette: true }).toBuffer()), [6, 4], [200, 50, 50]);
    expectSolid(
      await decodeImage(
        await sharp({ create: { width: 2, height: 2, channels: 3, background: '#646464' } })
          .greyscale()
          .jpeg()
          .toBuffer(),
      ),
      [2, 2],
      [100, 100, 100],
      1,
    );
  });

  it('converts color profiles and CMYK to sRGB', async () => {
    const displayP3 = await brick().withIccProfile('p3').png().toBuffer();
    expect(Array.from(decode(displayP3).data.subarray(0, 3))).not.toEqual([200, 50, 50]);
    expectSolid(await decodeImage(displayP3), [6, 4], [200, 50, 50], 1);
    const cmyk = await brick().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expectSolid(await decodeImage(cmyk), [6, 4], [200, 50, 50], 25); // Ink does not reach the color.
  });

  // Left and right half of each picture, as tools/makePictures.sh has ImageMagick draw them. On white, half of a color c is
  // 255 - (255 - c) / 2; grey is that of Rec. 709 luma, 81.8 and 84.4.
  const COLORS = [200, 50, 50, 40, 90, 160];
  const HALF = [227.5, 152.5, 152.5, 147.5, 172.5, 207.5];
  const GREYS = [82, 82, 82, 84, 84, 84];
  const BLACK_WHITE = [0, 0, 0, 255, 255, 255];
  it.each([
    ['baseline.jpg', COLORS, 2],
    ['progressive.jpg', COLORS, 2],
    ['grey.jpg', GREYS, 1],
    ['cmyk.jpg', COLORS, 40], // without a profile: inks of a common press
    ['rgb8.png', COLORS, 0],
    ['rgb16.png', COLORS, 0],
    ['palette.png', COLORS, 0],
    ['grey8.png', GREYS, 1],
    ['grey16.png', GREYS, 1],
    ['bilevel.png', BLACK_WHITE, 0],
    ['interlaced.png', COLORS, 0],
    ['alpha.png', HALF, 1],
    ['greyAlpha.png', [168.5, 168.5, 168.5, 169.5, 169.5, 169.5], 2],
    ['lossless.webp', COLORS, 0],
    ['lossy.webp', COLORS, 2],
    ['alpha.webp', HALF, 1],
    ['picture.avif', COLORS, 2],
    ['plain.tif', COLORS, 0],
    ['lzw.tiff', COLORS, 0],
    ['zip16.tif', COLORS, 0],
    ['jpeg.tif', COLORS, 2],
    ['cmyk.tif', COLORS, 40],
    ['fax.tif', BLACK_WHITE, 0],
    ['pages.tif', COLORS, 0],
    ['animated.gif', COLORS, 0],
    ['clear.gif', [255, 255, 255, 40, 90, 160], 0],
  ])('reads %s of another program', async (file, colors, tolerance) => {
    const { width, height, data } = await decodeImage(join(PICTURES, file));
    expect([width, height, data.length]).toEqual([24, 16, 24 * 16 * 3]);
    for (const [x, half] of [3, 20].entries()) {
      const pixel = data.subarray(3 * (8 * width + half), 3 * (8 * width + half) + 3);
      const far = Array.from(pixel, (value, c) => Math.abs(value - colors[3 * x + c]!));
      expect(Math.max(...far)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('keeps transparency on request, and three channels where there is none', async () => {
    const keep = async (file: string) => decodeImage(join(PICTURES, file), { alpha: 'keep' });
    const [png, webp, grey, gif] = await Promise.all(
      ['alpha.png', 'alpha.webp', 'greyAlpha.png', 'clear.gif'].map(keep),
    );
    for (const image of [png!, webp!])
      expect(Array.from(image.data.subarray(0, 4))).toEqual([200, 50, 50, 128]);
    expect(grey!.data.length).toBe(24 * 16 * 4);
    expect(grey!.data[3]).toBe(128);
    expect([gif!.data[3], gif!.data[4 * 20 + 3]]).toEqual([0, 255]);
    expect((await keep('rgb8.png')).data.length).toBe(24 * 16 * 3);
    const opaque = await sharp(join(PICTURES, 'rgb8.png')).ensureAlpha().png().toBuffer();
    expect(await decodeImage(opaque, { alpha: 'keep' })).toEqual(await keep('rgb8.png'));
    await expect(decodeImage(opaque, { alpha: 'some' as never })).rejects.toThrow(TypeError);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(48, 255), Buffer.alloc(48, 0)]);
    const gif = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .gif()
      .toBuffer();
    expect((await sharp(gif, { animated: true }).metadata()).pages).toBe(2);
    expectSolid(await decodeImage(gif), [4, 4], [255, 255, 255]);
  });

  it('reads a picture of one pixel', async () => {
    expectSolid(
      await decodeImage(encode({ width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) })),
      [1, 1],
      [1, 2, 3],
    );
  });

  it('refuses files that are cut short, of every kind', async () => {
    const files = [
      noise().jpeg(),
      noise().jpeg({ progressive: true }),
      noise().png(),
      noise().webp(),
      noise().avif({ effort: 0 }),
      noise().gif(),
      noise().tiff({ compression: 'none' }),
    ];
    for (const file of files) {
      const bytes = await file.toBuffer();
      for (const part of [0, 0.01, 0.5, 0.95]) {
        const error = await failureOf(bytes.subarray(0, Math.floor(bytes.length * part)));
        expect(error.message).toMatch(/^Cannot decode "image"/);
      }
    }
  });

  it('refuses damaged pixels and takes a file with something after its end', async () => {
    const png = await noise().png().toBuffer();
    png[png.length >> 1]! ^= 0xff;
    await failureOf(png);
    const jpeg = await brick().jpeg().toBuffer();
    expectSolid(await decodeImage(Buffer.concat([jpeg, Buffer.from('more')])), [6, 4], [200, 50, 50], 4);
  });

  it('names the file that is not a picture', async () => {
    const path = join(await temporaryFolder(), 'notes.jpg');
    await writeFile(path, 'These are notes.');
    const error = await failureOf(path);
    expect(error.message).toBe(`Cannot decode "${path}": Input buffer contains unsupported image format`);
    expect(error.cause).toBeInstanceOf(Error);
    expect((await failureOf(Buffer.from('notes'), { name: 'notes' })).message).toBe(
      'Cannot decode "notes": Input buffer contains unsupported image format',
    );
    expect((await failureOf(new Uint8Array(0))).message).toBe('Cannot decode "image" as it is empty');
  });

  it('refuses kinds that can do more than hold pixels', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
    expect((await failureOf(Buffer.from(svg))).message).toBe(
      'Cannot decode "image" as pictures of the kind "svg" are not supported',
    );
  });

  it('names the file that is missing', async () => {
    const path = join(await temporaryFolder(), 'gone.png');
    const error = await failureOf(path);
    expect(error.message).toBe(`Cannot read "${path}": ENOENT: no such file or directory, open '${path}'`);
    expect((error.cause as NodeJS.ErrnoException).code).toBe('ENOENT');
  });

  it('refuses too many pixels before it decodes them', async () => {
    expect((await failureOf(hugePng(60_000, 50_000), { name: 'bomb.png' })).message).toBe(
      'Cannot decode "bomb.png" as it has 60000 x 50000 pixels: \'maxPixels\' is 100000000',
    );
    const bytes = await brick().png().toBuffer();
    expect((await failureOf(bytes, { maxPixels: 23 })).message).toBe(
      'Cannot decode "image" as it has 6 x 4 pixels: \'maxPixels\' is 23',
    );
    expectSolid(await decodeImage(bytes, { maxPixels: 24 }), [6, 4], [200, 50, 50]);
  });

  it('says what is wrong with the limit', async () => {
    await expect(decodeImage(new Uint8Array(1), { maxPixels: 0 })).rejects.toThrow(
      new RangeError(
        "Cannot decode an image as 'maxPixels' must be a positive finite number: current value is 0",
      ),
    );
  });
});

describe('decodeImage() without sharp', () => {
  afterEach(() => {
    vi.doUnmock('sharp');
  });

  it('says how to install it', async () => {
    vi.doMock('sharp', () => {
      throw new Error('Cannot find package');
    });
    expect((await failureOf(new Uint8Array(1))).message).toBe(
      'Cannot decode images as the package "sharp" does not load: run "npm install sharp"',
    );
  });
});
