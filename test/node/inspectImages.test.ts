import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { type ImageSource, memorySource } from '../../src/data/imageSource.js';
import { ImageError } from '../../src/errors.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { folderSource } from '../../src/node/folderSource.js';
import { inspectImages } from '../../src/node/inspectImages.js';
import { numberedSource, solid } from '../data/pictures.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { grainy } from '../training/smallPictures.js';

const PHOTOS = 'examples/photos';

/** Decodes what `edit` makes of each photo of the examples. */
async function edited(edit: (photo: Sharp, width: number, height: number) => Sharp): Promise<RasterImage[]> {
  const names = (await readdir(PHOTOS)).filter((name) => name.endsWith('.jpg')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const photo = sharp(join(PHOTOS, name));
      const { width, height } = await photo.metadata();
      return decodeImage(new Uint8Array(await edit(photo, width, height).toBuffer()));
    }),
  );
}

/** What was found, `group index of` a line. */
async function findings(source: ImageSource, options = {}): Promise<string[]> {
  const { found } = await inspectImages(source, options);
  return found.map(({ group, index, of }) =>
    [group, index, of].filter((part) => part !== undefined).join(' '),
  );
}

/** How many of the edited photos are taken for copies of their originals, and none for one of another. */
async function copiesFound(edit: Parameters<typeof edited>[0]): Promise<number> {
  const [originals, copies] = [await edited((photo) => photo.png()), await edited(edit)];
  const { found } = await inspectImages(memorySource([...originals, ...copies]));
  const near = found.filter(({ group }) => group === 'near-duplicate');
  for (const { index, of } of near) expect(Math.abs(index - of!)).toBe(originals.length);
  return near.length;
}

describe('inspectImages()', () => {
  it('finds nothing wrong with different photos', async () => {
    expect(await findings(await folderSource(PHOTOS))).toEqual([]);
  });

  it('finds photos that were compressed again, resized or cropped by a few hundredths', async () => {
    const crop = (share: number) => (photo: Sharp, width: number, height: number) => {
      const [left, top] = [Math.round(width * share), Math.round(height * share)];
      return photo.extract({ left, top, width: width - 2 * left, height: height - 2 * top }).png();
    };
    expect(await copiesFound((photo) => photo.jpeg({ quality: 40 }))).toBe(18);
    expect(await copiesFound((photo) => photo.resize({ width: 128 }).jpeg())).toBe(18);
    expect(await copiesFound(crop(0.02))).toBe(18);
    expect(await copiesFound(crop(0.03))).toBe(15);
  });

  it('finds photos that were toned, and which way', async () => {
    const brown = await edited((photo) => photo.tint('#b08a5a').png());
    const blue = await edited((photo) => photo.tint('#5a7ab0').png());
    const grey = await edited((photo) => photo.greyscale().png());
    const { found } = await inspectImages(memorySource([...brown, ...blue, ...grey]));
    const indices = (name: string) => found.flatMap(({ group, index }) => (group === name ? [index] : []));
    const part = (number: number) => Array.from({ length: 18 }, (_, i) => number * 18 + i);
    expect(['sepia', 'tinted', 'grey'].map(indices)).toEqual([0, 1, 2].map(part));
  });

  describe('of a set with a fault of each kind', () => {
    let source: ImageSource;
    beforeAll(() => {
      const photo = grainy(70, [220, 40, 40], 0);
      const images = [photo, grainy(63, [50, 70, 200], 1), solid(80, 80, [9, 9, 9]), { ...photo }];
      const good = memorySource(images, ['a.png', 'b.png', 'c.png', 'd.png']);
      const read: ImageSource['read'] = async (index) => {
        if (index === 4) throw new ImageError('Cannot decode "e.png" as it is empty');
        return good.read(index);
      };
      source = { length: 5, name: (index) => (index === 4 ? 'e.png' : good.name(index)), read };
    });

    it('lists them by group, with names, reasons and what is kept', async () => {
      const { pictures, found, chromaHistogram } = await inspectImages(source);
      expect(pictures).toBe(5);
      expect(found).toEqual([
        {
          index: 4,
          name: 'e.png',
          group: 'unreadable',
          reason: 'Cannot decode "e.png" as it is empty',
        },
        { index: 1, name: 'b.png', group: 'tiny' },
        { index: 2, name: 'c.png', group: 'grey' },
        { index: 3, name: 'd.png', group: 'duplicate', of: 0 },
      ]);
      expect(chromaHistogram).toHaveLength(16);
      expect(chromaHistogram.reduce((sum, count) => sum + count)).toBe(4);
      expect(chromaHistogram[0]).toBe(1);
    });

    it('takes the least side that it is given', async () => {
      expect(await findings(source, { minSide: 63 })).not.toContain('tiny 1');
      expect(await findings(source, { minSide: 71 })).toContain('tiny 0');
    });

    it('reports how far it is, keeps no tensor, and gives up when its signal says so', async () => {
      const progress: number[] = [];
      const onProgress = (inspected: number, total: number) => progress.push(inspected / total);
      await expectTensorsKeptAsync(0, async () => inspectImages(source, { onProgress }));
      expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(inspectImages(source, { signal })).rejects.toThrow('enough');
    });
  });

  it('keeps the larger of two that look alike', async () => {
    const large = await decodeImage(join(PHOTOS, 'bee-on-aster.jpg'));
    const small = await decodeImage(
      new Uint8Array(await sharp(join(PHOTOS, 'bee-on-aster.jpg')).resize({ width: 100 }).png().toBuffer()),
    );
    expect(await findings(memorySource([small, large]))).toEqual(['near-duplicate 0 1']);
  });

  it('passes on errors that are not about a picture, and says what is wrong with a number', async () => {
    const source = { ...numberedSource(2), read: async () => Promise.reject(new Error('a bug')) };
    await expect(inspectImages(source)).rejects.toThrow('a bug');
    await expect(inspectImages(numberedSource(1), { minSide: 0 })).rejects.toThrow(
      new RangeError("Cannot inspect images as 'minSide' must be a positive integer: current value is 0"),
    );
  });
});
