import { describe, expect, it } from 'vitest';

import { channelsOf } from '../../src/data/image.js';
import { excludeImages, memorySource, selectImages } from '../../src/data/imageSource.js';
import { numberedSource, solid } from './pictures.js';

const red = solid(2, 1, [255, 0, 0]);
const grey = solid(1, 1, [128]);

describe('channelsOf()', () => {
  it('counts the channels of grey, RGB and RGBA pictures', () => {
    expect(channelsOf('look', grey)).toBe(1);
    expect(channelsOf('look', red)).toBe(3);
    expect(channelsOf('look', solid(2, 3, [1, 2, 3, 4]))).toBe(4);
  });

  it('names the field and its value when the data do not fit', () => {
    expect(() => channelsOf('look', { width: 2, height: 2, data: new Uint8Array(8) })).toThrow(
      new TypeError("Cannot look as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 8"),
    );
    expect(() => channelsOf('look', { width: 0, height: 2, data: new Uint8Array(0) })).toThrow(
      new RangeError("Cannot look as 'image.width' must be a positive integer: current value is 0"),
    );
    expect(() => channelsOf('look', { width: 2, height: 1.5, data: new Uint8Array(3) })).toThrow(
      new RangeError("Cannot look as 'image.height' must be a positive integer: current value is 1.5"),
    );
  });
});

describe('memorySource()', () => {
  it('hands out its pictures by number and names them', async () => {
    const source = memorySource([red, grey]);
    expect(source.length).toBe(2);
    expect(source.name(1)).toBe('image 1');
    expect(await source.read(1)).toBe(grey);
    expect(memorySource([red], ['red.png']).name(0)).toBe('red.png');
  });

  it('stops when its signal says so', async () => {
    const reason = new Error('enough');
    await expect(memorySource([red]).read(0, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('says what is wrong with a picture, the names or an index', async () => {
    expect(() => memorySource([{ width: 1, height: 1, data: new Uint8Array(2) }])).toThrow(
      "Cannot create memorySource as 'image.data.length' must be 1, 3 or 4 times 1 x 1: current value is 2",
    );
    expect(() => memorySource([red], [])).toThrow(
      new RangeError("Cannot create memorySource as 'names' must have 1 elements: current value is 0"),
    );
    await expect(memorySource([red]).read(1)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be below 1: current value is 1"),
    );
    await expect(memorySource([red]).read(-1)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be a non-negative integer: current value is -1"),
    );
  });
});

describe('selectImages() and excludeImages()', () => {
  it('keep the given order, or the order of the source', async () => {
    const selected = selectImages(numberedSource(5), [4, 0, 4]);
    expect(selected.length).toBe(3);
    expect(selected.name(2)).toBe('4.png');
    expect((await selected.read(1)).data[0]).toBe(0);

    const rest = excludeImages(numberedSource(5), Uint32Array.of(3, 1));
    expect([0, 1, 2].map(rest.name)).toEqual(['0.png', '2.png', '4.png']);
    expect((await rest.read(2)).data[0]).toBe(4);
  });

  it('refuse pictures that are not there', async () => {
    expect(() => selectImages(numberedSource(5), [5])).toThrow(
      new RangeError("Cannot select images as 'index' must be below 5: current value is 5"),
    );
    expect(() => excludeImages(numberedSource(5), [5])).toThrow(
      new RangeError("Cannot exclude images as 'index' must be below 5: current value is 5"),
    );
    await expect(selectImages(numberedSource(5), [2]).read(1)).rejects.toThrow(
      "Cannot read an image as 'index' must be below 1: current value is 1",
    );
  });
});
