import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { SIMD_SOURCE_SHA256 } from '../../src/backends/wasm/simd/binary.js';

const FOLDER = new URL('../../src/backends/wasm/simd/', import.meta.url);

it('the SIMD kernels were compiled from the sources beside them', async () => {
  const names = (await readdir(FOLDER)).filter((name) => /\.[ch]$/.test(name)).toSorted();
  expect(names).toEqual(['kernels.c', 'product.h', 'winograd.c']);
  const digest = createHash('sha256');
  for (const name of names) digest.update(await readFile(new URL(name, FOLDER)));
  expect(digest.digest('hex')).toBe(SIMD_SOURCE_SHA256);
});
