import { expect } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import type { Colorization } from '../../src/inference/colorization.js';
import type { WorkerColorization } from '../../src/worker/workerColorization.js';

/** Pixels that are computed, so that both sides see the same. */
export function formulaPhoto(width: number, height: number): RasterImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + (i % 13) * 11) % 256);
  return { width, height, data };
}

/** All that can be compared of a result. */
async function contentOf(result: Colorization | WorkerColorization): Promise<unknown[]> {
  const { latent, weight, componentWeight, component, seed, nearDuplicates } = result;
  const { width, height, colorField, wishErrors } = result;
  const raster = await result.toRaster();
  const imageData = await result.toImageData();
  return [
    [latent, weight, componentWeight, component, seed, nearDuplicates, width, height],
    [colorField, wishErrors, raster, imageData.data, await result.toPng()],
  ];
}

/** Expects the results of a worker to be those of its page. */
export async function expectSame(
  found: readonly WorkerColorization[],
  expected: readonly Colorization[],
): Promise<void> {
  expect(found.length).toBe(expected.length);
  for (const [i, result] of found.entries())
    expect(await contentOf(result)).toEqual(await contentOf(expected[i]!));
}
