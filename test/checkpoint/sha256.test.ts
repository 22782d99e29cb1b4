import { afterEach, describe, expect, it, vi } from 'vitest';

import { sha256 } from '../../src/checkpoint/sha256.js';
import { CheckpointError } from '../../src/errors.js';

describe('sha256()', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('gives the digests of FIPS 180-4', async () => {
    // The one-block example of FIPS 180-4, and the empty message of its companion test vectors.
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(await sha256(new Uint8Array(0))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('says what to do where there is no Web Crypto', async () => {
    vi.stubGlobal('crypto', {});
    await expect(sha256(new Uint8Array(0))).rejects.toThrow(
      new CheckpointError(
        'Cannot check a checkpoint as there is no Web Crypto here: serve the page over HTTPS or from localhost',
      ),
    );
  });
});
