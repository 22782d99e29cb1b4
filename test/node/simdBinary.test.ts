import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { SIMD_SOURCE_SHA256 } from '../../src/backends/wasm/simd/binary.js';

it('the SIMD kernels were compiled from the source beside them', async () => {
  const source = await readFile(new URL('../../src/backends/wasm/simd/kernels.c', import.meta.url));
  expect(createHash('sha256').update(source).digest('hex')).toBe(SIMD_SOURCE_SHA256);
});
