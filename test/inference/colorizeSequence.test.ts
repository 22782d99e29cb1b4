import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { colorizer } from '../../src/inference/colorizer.js';
import {
  colorizeSequence,
  type SequenceFrame,
  type SequenceOptions,
} from '../../src/inference/colorizeSequence.js';
import { formulaPicture } from '../data/formulaPicture.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { tinyModels } from '../support/tinyModels.js';

const still = formulaPicture(40, 30, 1);
const inverse: RasterImage = { ...still, data: still.data.map((value) => 255 - value) };

async function colored(
  frames: readonly RasterImage[],
  options: SequenceOptions = {},
): Promise<SequenceFrame[]> {
  const coloring = colorizer(tinyModels(0));
  try {
    const results: SequenceFrame[] = [];
    for await (const frame of colorizeSequence(coloring, frames, options)) results.push(frame);
    return results;
  } finally {
    coloring.dispose();
  }
}

describe('colorizeSequence()', () => {
  it('colors each frame at its size, with one code for all', async () => {
    const frames = await colored([still, formulaPicture(40, 30, 2), inverse], {
      count: 2,
      leastDifference: 0,
    });
    expect(frames.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(frames[0]!.cut).toBe(true);
    const codes = frames.map(({ results }) => results.map(({ latent }) => latent));
    expect(codes[0]).toHaveLength(2);
    expect(codes[1]).toEqual(codes[0]);
    expect(codes[2]).toEqual(codes[0]);
    expect(await frames[1]!.results[1]!.toRaster()).toMatchObject({ width: 40, height: 30 });
  });

  it('gives a still picture the colors of `colorize`, in all frames', async () => {
    const frames = await colored([still, still, still]);
    const coloring = colorizer(tinyModels(0));
    const [single] = await coloring.colorize(still, { count: 1 });
    coloring.dispose();
    for (const { results } of frames) {
      const far = results[0]!.colorField.values.map((value, i) =>
        Math.abs(value - single!.colorField.values[i]!),
      );
      expect(Math.max(...far)).toBeLessThan(0.02);
    }
  });

  it('colors clips shorter than the lookahead, and none', async () => {
    expect(await colored([still], { lookahead: 5 })).toHaveLength(1);
    expect(await colored([])).toEqual([]);
    expect(await colored([still, still, still, still], { lookahead: 2 })).toHaveLength(4);
  });

  it('closes the frames when it is left early, and stops at a signal', async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield await Promise.resolve(still);
      } finally {
        closed = true;
      }
    }
    const coloring = colorizer(tinyModels(0));
    for await (const { index } of colorizeSequence(coloring, endless(), { lookahead: 1 }))
      if (index === 1) break;
    expect(closed).toBe(true);
    const stopping = new AbortController();
    stopping.abort(new Error('enough'));
    const { signal } = stopping;
    await expect(colorizeSequence(coloring, endless(), { signal }).next()).rejects.toThrow('enough');
    coloring.dispose();
  });

  it('says what is wrong with its options', async () => {
    await expect(colored([still], { smoothing: 1 })).rejects.toThrow(
      new RangeError("Cannot colorize a sequence as 'smoothing' must be below 1: current value is 1"),
    );
    await expect(colored([still], { lookahead: 0 })).rejects.toThrow(
      new RangeError(
        "Cannot colorize a sequence as 'lookahead' must be a positive integer: current value is 0",
      ),
    );
  });

  it('leaves no tensor behind', async () => {
    const coloring = colorizer(tinyModels(0));
    await expectTensorsKeptAsync(0, async () => {
      for await (const { results } of colorizeSequence(coloring, [still, inverse], { lookahead: 2 }))
        await results[0]!.toRaster();
    });
    coloring.dispose();
  });
});
