import { describe, expect, it } from 'vitest';

import { PhotoRefusedError } from '../../src/errors.js';
import { readLimited } from '../../src/queue/storage/readLimited.js';

/** Chunks that all lie in one buffer, each written over the one before. */
async function* reused(chunks: number, size: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(size);
  for (let i = 0; i < chunks; i++) yield await Promise.resolve(chunk.fill(i));
}

describe('readLimited()', () => {
  it.each([
    [0, 1],
    [300, 1],
    [300, 1000],
    [3, 70_000],
  ])('keeps the bytes of %i chunks of %i, and no chunk', async (chunks, size) => {
    const bytes = await readLimited(reused(chunks, size), 'x', chunks * size);
    const expected = Uint8Array.from({ length: chunks * size }, (_, i) => Math.floor(i / size));
    expect(Buffer.compare(bytes, expected)).toBe(0);
  });

  it('refuses a body as soon as it is too long', async () => {
    const reading = readLimited(reused(Infinity, 1), 'x', 1000);
    await expect(reading).rejects.toThrow(PhotoRefusedError);
    await expect(reading).rejects.toThrow('Cannot read "x" as it has more than 1000 bytes');
  });
});
