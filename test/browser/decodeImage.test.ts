import { afterEach, describe, expect, it, vi } from 'vitest';

import { blobSource } from '../../src/browser/blobSource.js';
import { decodeImage } from '../../src/browser/decodeImage.js';
import { toImageData } from '../../src/data/toImageData.js';
import type { RasterImage } from '../../src/data/image.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError } from '../../src/errors.js';
import { randomGenerator } from '../../src/random.js';
import { solid } from '../data/pictures.js';

const pngOf = async (image: RasterImage) => new Blob([await encodePng(image)], { type: 'image/png' });

function noise(width: number, height: number): RasterImage {
  const { integer } = randomGenerator(0);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => integer(256)) };
}

/** A canvas whose left half is red and whose right half is blue. */
function redBlueCanvas(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(32, 16);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#ff0000';
  context.fillRect(0, 0, 16, 16);
  context.fillStyle = '#0000ff';
  context.fillRect(16, 0, 16, 16);
  return canvas;
}

/** A JPEG file with an EXIF orientation written behind its first marker. */
async function jpegWithOrientation(canvas: OffscreenCanvas, orientation: number): Promise<Blob> {
  const jpeg = new Uint8Array(
    await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })).arrayBuffer(),
  );
  // APP1, 34 bytes: "Exif", a big-endian TIFF header, one entry: tag 0x112 (orientation), type SHORT, count 1.
  const exif = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  return new Blob([jpeg.slice(0, 2), Uint8Array.from([...exif, ...entry]), jpeg.slice(2)], {
    type: 'image/jpeg',
  });
}

const colorAt = ({ width, data }: RasterImage, x: number, y: number) =>
  Array.from(data.subarray(3 * (width * y + x), 3 * (width * y + x) + 3));

describe('decodeImage()', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('keeps the pixels of a PNG file, a canvas, a bitmap and ImageData', async () => {
    const image = noise(9, 5);
    const pixels = toImageData(image);
    const canvas = new OffscreenCanvas(9, 5);
    canvas.getContext('2d')!.putImageData(pixels, 0, 0);
    const element = document.createElement('canvas');
    [element.width, element.height] = [9, 5];
    element.getContext('2d')!.putImageData(pixels, 0, 0);
    const bitmap = await createImageBitmap(pixels);
    for (const input of [await pngOf(image), pixels, canvas, element, bitmap]) {
      expect(await decodeImage(input)).toEqual(image);
    }
    expect(bitmap.width).toBe(9); // The caller's bitmap is still open.
  });

  it('fetches URLs and reads image elements', async () => {
    const image = noise(4, 3);
    const url = URL.createObjectURL(await pngOf(image));
    expect(await decodeImage(url)).toEqual(image);
    expect(await decodeImage(new URL(url))).toEqual(image);
    const element = new Image();
    element.src = url;
    await element.decode();
    expect(await decodeImage(element)).toEqual(image);
    URL.revokeObjectURL(url);
  });

  it('turns photos as their EXIF orientation says', async () => {
    const upright = await decodeImage(await jpegWithOrientation(redBlueCanvas(), 1));
    expect([upright.width, upright.height]).toEqual([32, 16]);
    expect(colorAt(upright, 1, 8)[0]).toBeGreaterThan(240);
    const turned = await decodeImage(await jpegWithOrientation(redBlueCanvas(), 6));
    expect([turned.width, turned.height]).toEqual([16, 32]);
    expect(colorAt(turned, 8, 1)[0]).toBeGreaterThan(240);
    expect(colorAt(turned, 8, 30)[2]).toBeGreaterThan(240);
  });

  it('lays transparent parts on white', async () => {
    // 128 / 255 of the color, the rest white: (227.4, 152.1, 152.1).
    const image = await decodeImage(await pngOf(solid(2, 2, [200, 50, 50, 128])));
    for (const [i, expected] of [227, 152, 152].entries()) {
      expect(Math.abs(image.data[i]! - expected)).toBeLessThanOrEqual(2);
    }
    expect(await decodeImage(await pngOf(solid(2, 2, [9, 9, 9, 0])))).toEqual(solid(2, 2, [255, 255, 255]));
  });

  it('makes a picture smaller whose longest side is too long', async () => {
    // Each half has one color, and its middle is far from the edge whatever the filter.
    const small = await decodeImage(redBlueCanvas(), { maxSide: 8 });
    expect([small.width, small.height]).toEqual([8, 4]);
    expect(colorAt(small, 1, 2)).toEqual([255, 0, 0]);
    expect(colorAt(small, 6, 2)).toEqual([0, 0, 255]);
    const turned = await decodeImage(await jpegWithOrientation(redBlueCanvas(), 6), { maxSide: 30 });
    expect([turned.width, turned.height]).toEqual([15, 30]);
    const image = noise(9, 5);
    expect(await decodeImage(await pngOf(image), { maxSide: 9 })).toEqual(image);
    const line = await decodeImage(await pngOf(noise(64, 1)), { maxSide: 4 });
    expect([line.width, line.height]).toEqual([4, 1]);
  });

  it('names the file that is not a picture, or cut short', async () => {
    const notes = new File(['notes'], 'notes.jpg');
    const error: unknown = await decodeImage(notes).catch((thrown: unknown) => thrown);
    expect(error).toEqual(
      new ImageError('Cannot decode "notes.jpg": The source image could not be decoded.'),
    );
    expect((error as Error).cause).toBeInstanceOf(DOMException);
    const png = await pngOf(noise(64, 64));
    await expect(decodeImage(png.slice(0, png.size / 2), { name: 'half.png' })).rejects.toThrow(
      'Cannot decode "half.png"',
    );
  });

  it('says what the server answers', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 404, statusText: 'Not Found' }));
    await expect(decodeImage('https://example.org/a.png')).rejects.toThrow(
      new ImageError('Cannot decode "https://example.org/a.png": the server answers 404 Not Found'),
    );
  });

  it('refuses too many pixels, and stops when its signal says so', async () => {
    const png = await pngOf(noise(6, 4));
    await expect(decodeImage(png, { maxPixels: 23 })).rejects.toThrow(
      new ImageError('Cannot decode "image" as it has 6 x 4 pixels: \'maxPixels\' is 23'),
    );
    await expect(decodeImage(png, { maxPixels: -1 })).rejects.toThrow(
      new RangeError(
        "Cannot decode an image as 'maxPixels' must be a positive finite number: current value is -1",
      ),
    );
    await expect(decodeImage(png, { maxSide: 1.5 })).rejects.toThrow(
      new RangeError("Cannot decode an image as 'maxSide' must be a positive integer: current value is 1.5"),
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(decodeImage(png, { signal })).rejects.toThrow('enough');
  });
});

describe('toImageData()', () => {
  it('takes grey, RGB and RGBA pictures to RGBA', () => {
    const pixels = (image: RasterImage) => Array.from(toImageData(image).data);
    expect(pixels({ width: 2, height: 1, data: Uint8Array.of(1, 2) })).toEqual([1, 1, 1, 255, 2, 2, 2, 255]);
    expect(pixels(solid(1, 2, [1, 2, 3]))).toEqual([1, 2, 3, 255, 1, 2, 3, 255]);
    expect(pixels(solid(1, 1, [1, 2, 3, 4]))).toEqual([1, 2, 3, 4]);
  });

  it('says when the data do not fit the size', () => {
    expect(() => toImageData({ width: 1, height: 1, data: new Uint8Array(2) })).toThrow(
      new TypeError(
        "Cannot make ImageData as 'image.data.length' must be 1, 3 or 4 times 1 x 1: current value is 2",
      ),
    );
  });
});

describe('blobSource()', () => {
  it('reads files in their order and names them', async () => {
    const images = [solid(2, 2, [1, 1, 1]), solid(2, 2, [2, 2, 2])];
    const [first, second] = await Promise.all(images.map(pngOf));
    const source = blobSource([new File([first!], 'first.png'), second!]);
    expect([source.length, source.name(0), source.name(1)]).toEqual([2, 'first.png', 'image 1']);
    expect(await source.read(0)).toEqual(images[0]);
    expect(await source.read(1)).toEqual(images[1]);
    await expect(source.read(2)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be below 2: current value is 2"),
    );
    await expect(blobSource([second!], { maxPixels: 3 }).read(0)).rejects.toThrow(ImageError);
  });

  it('says when there are no files', () => {
    expect(() => blobSource([])).toThrow(
      new RangeError(
        "Cannot create blobSource as 'files.length' must be a positive integer: current value is 0",
      ),
    );
  });
});
