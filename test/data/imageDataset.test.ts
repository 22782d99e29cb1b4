import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { imageDataset, type ImageDatasetOptions, type ImageTransform } from '../../src/data/imageDataset.js';
import { type ImageSource, memorySource } from '../../src/data/imageSource.js';
import { ImageError, TrainingError } from '../../src/errors.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { numberedSource, solid } from './pictures.js';

const size = 2;

/** An example that shows which picture it is of. */
const label: ImageTransform = (image) => tf.mul(tf.ones<tf.Rank.R3>([size, size, 3]), image.data[0]!);

const dataset = (options: Partial<ImageDatasetOptions> = {}) =>
  imageDataset({ source: numberedSource(10), size, batchSize: 4, seed: 0, transform: label, ...options });

type Dataset = ReturnType<typeof imageDataset>;

/** The indices of each batch; the batches are disposed. */
async function indicesOf(data: Dataset, epoch: number, first?: number): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const batch of data.batches(epoch, first)) {
    seen.push(Array.from(batch.indices));
    tf.dispose(batch);
  }
  return seen;
}

describe('imageDataset()', () => {
  it('gives batches of the shape and the pictures it says', async () => {
    const data = dataset({ shuffle: false });
    expect(data.batchesPerEpoch).toBe(3);
    const shapes: number[][] = [];
    for await (const { images, indices } of data.batches(0)) {
      shapes.push(images.shape);
      const values = Array.from(indices).flatMap((index) => new Array<number>(size * size * 3).fill(index));
      await expectAllClose(images, values);
      images.dispose();
    }
    expect(shapes).toEqual([
      [4, 2, 2, 3],
      [4, 2, 2, 3],
      [2, 2, 2, 3],
    ]);
    expect(await indicesOf(data, 7)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it('shows the whole frame of each picture by default', async () => {
    const wide = {
      width: 4,
      height: 2,
      data: Uint8Array.from([...new Array<number>(12).fill(51), ...new Array<number>(12).fill(204)]),
    };
    const data = imageDataset({ source: memorySource([wide]), size: 2, batchSize: 1, seed: 0 });
    for await (const { images } of data.batches(0)) {
      await expectAllClose(images, [...new Array<number>(6).fill(0.2), ...new Array<number>(6).fill(0.8)]);
      images.dispose();
    }
  });

  it('shows every picture once an epoch, in an order of its own', async () => {
    const epochs = await Promise.all(
      [0, 1, 2].map(async (epoch) => (await indicesOf(dataset(), epoch)).flat()),
    );
    for (const epoch of epochs)
      expect(epoch.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(await indicesOf(dataset({ seed: 1 }), 0)).not.toEqual(await indicesOf(dataset(), 0));
  });

  it('goes on from any batch as if it had never stopped', async () => {
    const draws: [number, number, number][] = [];
    const transform: ImageTransform = (image, { seed, epoch, index }) => {
      draws.push([epoch, index, seed]);
      return label(image, { seed, epoch, index });
    };
    const whole = await indicesOf(dataset({ transform }), 3);
    const drawsOfWhole = draws.splice(0);
    for (const first of [0, 1, 2, 3]) {
      expect(await indicesOf(dataset({ transform, ahead: 0, concurrency: 1 }), 3, first)).toEqual(
        whole.slice(first),
      );
      const bySeed = (list: typeof draws) => list.toSorted((a, b) => a[2] - b[2]);
      expect(bySeed(draws.splice(0))).toEqual(bySeed(drawsOfWhole.slice(4 * first)));
    }
    expect(new Set(drawsOfWhole.map(([, , seed]) => seed)).size).toBe(10);
  });

  it('leaves out the last batch when it is told to', async () => {
    const data = dataset({ dropRemainder: true });
    expect(data.batchesPerEpoch).toBe(2);
    expect((await indicesOf(data, 0)).map((batch) => batch.length)).toEqual([4, 4]);
  });

  it('decodes ahead, but not more than it is told to', async () => {
    const reads: number[] = [];
    const source: ImageSource = {
      ...numberedSource(100),
      read: async (index) => {
        reads.push(index);
        return solid(1, 1, [index]);
      },
    };
    const batches = dataset({ source, ahead: 2 }).batches(0);
    tf.dispose((await batches.next()).value);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reads.length).toBe(3 * 4);
    await batches.return();
  });

  it('throws the error of an unreadable picture at its batch', async () => {
    const data = dataset({ source: numberedSource(10, [5]), shuffle: false });
    const seen: number[][] = [];
    const loop = async () => {
      for await (const batch of data.batches(0)) {
        seen.push(Array.from(batch.indices));
        tf.dispose(batch);
      }
    };
    await expectTensorsKeptAsync(0, async () => {
      await expect(loop()).rejects.toThrow(new ImageError('Cannot decode "5.png": it is torn'));
    });
    expect(seen).toEqual([[0, 1, 2, 3]]);
  });

  it('lets the next picture stand in for an unreadable one and reports it', async () => {
    const data = dataset({ source: numberedSource(10, [5, 6, 9]), shuffle: false, onUnreadable: 'skip' });
    const expected = [
      [0, 1, 2, 3],
      [4, 7, 7, 7],
      [8, 0],
    ];
    expect(await indicesOf(data, 0)).toEqual(expected);
    expect(await indicesOf(data, 1)).toEqual(expected);
    expect(data.unreadable().map(({ index, name }) => [index, name])).toEqual([
      [5, '5.png'],
      [6, '6.png'],
      [9, '9.png'],
    ]);
    expect(data.unreadable()[0]!.error.message).toBe('Cannot decode "5.png": it is torn');
  });

  it('passes over nothing but pictures that cannot be read', async () => {
    const source: ImageSource = {
      ...numberedSource(3),
      read: async () => Promise.reject(new RangeError('a bug')),
    };
    await expect(indicesOf(dataset({ source, onUnreadable: 'skip' }), 0)).rejects.toThrow(
      new RangeError('a bug'),
    );
  });

  it('gives up when no picture can be read', async () => {
    const data = dataset({ source: numberedSource(3, [0, 1, 2]), onUnreadable: 'skip' });
    const error: unknown = await indicesOf(data, 0).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new TrainingError('Cannot train as none of the 3 pictures can be read'));
    expect((error as Error).cause).toBeInstanceOf(ImageError);
  });

  it('keeps no tensor when the loop is left, aborted or ended by a transform', async () => {
    const rest = async () => new Promise((resolve) => setTimeout(resolve, 20));
    await expectTensorsKeptAsync(0, async () => {
      for await (const batch of dataset({ batchSize: 2 }).batches(0)) {
        await rest();
        tf.dispose(batch);
        break;
      }
    });
    const controller = new AbortController();
    await expectTensorsKeptAsync(0, async () => {
      const batches = dataset({ batchSize: 2, signal: controller.signal }).batches(0);
      tf.dispose((await batches.next()).value);
      await rest();
      controller.abort(new Error('enough'));
      await expect(batches.next()).rejects.toThrow('enough');
    });
    await expectTensorsKeptAsync(0, async () => {
      const transform: ImageTransform = (image) => {
        if (image.data[0] === 7) throw new Error('no 7');
        return tf.ones([size, size, 3]);
      };
      await expect(indicesOf(dataset({ transform }), 0)).rejects.toThrow('no 7');
    });
  });

  it('frees batches as tensor containers do', async () => {
    await expectTensorsKeptAsync(0, async () => indicesOf(dataset(), 0));
  });

  it('says what is wrong with an option', () => {
    const cases: [Partial<ImageDatasetOptions>, string][] = [
      [{ source: numberedSource(0) }, "'source.length' must be a positive integer: current value is 0"],
      [{ size: 0 }, "'size' must be a positive integer: current value is 0"],
      [{ batchSize: 1.5 }, "'batchSize' must be a positive integer: current value is 1.5"],
      [{ seed: -1 }, "'seed' must be a non-negative integer: current value is -1"],
      [{ ahead: -1 }, "'ahead' must be a non-negative integer: current value is -1"],
      [{ concurrency: 0 }, "'concurrency' must be a positive integer: current value is 0"],
      [
        { batchSize: 11, dropRemainder: true },
        "'batchSize' must be at most 10, the number of pictures, when the remainder is dropped: current value is 11",
      ],
    ];
    for (const [options, message] of cases) {
      expect(() => dataset(options)).toThrow(new RangeError(`Cannot create imageDataset as ${message}`));
    }
    expect(() => dataset({ onUnreadable: 'ignore' as 'skip' })).toThrow(
      new TypeError(
        'Cannot create imageDataset as \'onUnreadable\' must be one of "throw", "skip": current value is "ignore"',
      ),
    );
    expect(() => dataset().batches(-1)).toThrow(
      new RangeError("Cannot read batches as 'epoch' must be a non-negative integer: current value is -1"),
    );
    expect(() => dataset().batches(0, 0.5)).toThrow(
      new RangeError("Cannot read batches as 'first' must be a non-negative integer: current value is 0.5"),
    );
  });

  it('says when a transform makes examples of another shape', async () => {
    const transform: ImageTransform = () => tf.zeros([2, 3, 3]);
    await expect(indicesOf(dataset({ transform }), 0)).rejects.toThrow(
      "Cannot make a batch as 'transform(image)' must have shape [2, 2, 3]: current shape is [2, 3, 3]",
    );
  });
});
