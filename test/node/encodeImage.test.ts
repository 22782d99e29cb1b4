import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { decodeImage } from '../../src/node/decodeImage.js';
import { encodeImage } from '../../src/node/encodeImage.js';
import { readImageMetadata } from '../../src/node/imageMetadata.js';

const photo = { width: 8, height: 6, data: new Uint8Array(8 * 6 * 3).fill(120) };

/** Smooth, so that lossy files come close to it. */
function gradient(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return i % 3 === 0 ? (200 * x) / width : (180 * y) / height;
  });
  return { width, height, data };
}

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
  'tiff:Orientation="6" dc:source="größe"/></rdf:RDF></x:xmpmeta>';

/** A photo with EXIF, orientation 6 and XMP, as sharp writes it. */
async function taggedPhoto(): Promise<Uint8Array> {
  const { width, height, data } = photo;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD0: { Make: 'Ihagee', Artist: 'A. Nonym' }, IFD3: { GPSLatitudeRef: 'N' } })
    .withXmp(XMP)
    .jpeg()
    .toBuffer();
}

describe('encodeImage()', () => {
  it.each(['png', 'jpeg', 'webp'] as const)('writes %s files that other programs read', async (format) => {
    const image = gradient(20, 10);
    const bytes = await encodeImage(image, { format, quality: 95 });
    const { format: kind, width, height, channels } = await sharp(bytes).metadata();
    expect([kind, width, height, channels]).toEqual([format, 20, 10, 3]);
    const { data } = await decodeImage(bytes);
    const far = Math.max(...Array.from(data, (value, i) => Math.abs(value - image.data[i]!)));
    expect(far).toBeLessThanOrEqual(format === 'png' ? 0 : 12);
  });

  it('makes smaller files of lower quality', async () => {
    for (const format of ['jpeg', 'webp'] as const) {
      const image = gradient(64, 64);
      const [small, large] = await Promise.all(
        [20, 95].map(async (quality) => encodeImage(image, { format, quality })),
      );
      expect(small!.length).toBeLessThan(large!.length);
    }
  });

  it('keeps transparency in PNG and WebP, and lays it on white in JPEG', async () => {
    const data = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => (i % 4 === 3 ? 0 : 9));
    const clear = { width: 8, height: 8, data };
    for (const format of ['png', 'webp'] as const)
      expect((await decodeImage(await encodeImage(clear, { format }), { alpha: 'keep' })).data[3]).toBe(0);
    expect((await decodeImage(await encodeImage(clear, { format: 'jpeg' }))).data[0]).toBe(255);
  });

  it.each(['png', 'jpeg', 'webp'] as const)('writes metadata into %s files, upright', async (format) => {
    const metadata = await readImageMetadata(await taggedPhoto());
    const bytes = await encodeImage(photo, { format, metadata });
    const { exif, xmp, orientation, width, height } = await sharp(bytes).metadata();
    expect([orientation, width, height]).toEqual([1, 8, 6]);
    const text = Buffer.from(exif!).toString('latin1');
    expect(text).toContain('Ihagee');
    expect(text).toContain('A. Nonym');
    expect(Buffer.from(xmp!).toString()).toBe(XMP.replace('tiff:Orientation="6"', 'tiff:Orientation="1"'));
    expect((await decodeImage(bytes)).width).toBe(8);
  });

  it('says what is wrong with its options', async () => {
    await expect(encodeImage(photo, { quality: 0 })).rejects.toThrow(
      new RangeError("Cannot encode an image as 'quality' must be from 1 to 100: current value is 0"),
    );
    await expect(encodeImage(photo, { format: 'bmp' as never })).rejects.toThrow(
      new TypeError(
        'Cannot encode an image as \'format\' must be one of "png", "jpeg", "webp": current value is "bmp"',
      ),
    );
  });

  it('passes on what the format cannot hold', async () => {
    const wide = { width: 70_000, height: 1, data: new Uint8Array(70_000) };
    await expect(encodeImage(wide, { format: 'jpeg' })).rejects.toThrow(/./);
    await expect(encodeImage(wide, { format: 'webp' })).rejects.toThrow(/./);
  });
});

describe('readImageMetadata()', () => {
  it('finds none in a picture that has none', async () => {
    expect(await readImageMetadata(await encodeImage(photo))).toEqual({});
  });

  it('leaves out EXIF that is damaged', async () => {
    const tagged = Buffer.from(await taggedPhoto());
    const start = tagged.indexOf('Exif\0\0') + 6;
    for (const [at, value] of [
      [0, 0x58],
      [6, 0x7f],
      [7, 0x7f],
    ] as const) {
      const damaged = Buffer.from(tagged);
      damaged[start + at] = value;
      const { exif } = await readImageMetadata(damaged).catch(() => ({ exif: undefined }));
      expect(exif).toBeUndefined();
    }
  });

  it('names what is not a picture', async () => {
    await expect(readImageMetadata(Buffer.from('notes'))).rejects.toThrow(
      'Cannot read metadata: Input buffer contains unsupported image format',
    );
  });
});
