import { describe, expect, it } from 'vitest';

import { hasCheckpoint, loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { type Checkpoint, saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError, ShapeError } from '../../src/errors.js';
import { randomGenerator } from '../../src/random.js';

const normal = (length: number, seed: number) => Float32Array.from({ length }, randomGenerator(seed).normal);

const checkpoint: Checkpoint = {
  kind: 'test',
  metadata: { name: 'größe', list: [1, null, false, { deep: 'x' }], empty: {} },
  tensors: new Map([
    ['kernel', { shape: [3, 5], values: normal(15, 0) }],
    ['odd', { shape: [3], values: normal(3, 1) }],
    ['step', { shape: [], values: Int32Array.of(-(2 ** 31)) }],
    ['none', { shape: [0, 4], values: new Float32Array(0) }],
    ['large', { shape: [100], values: normal(100, 2) }],
  ]),
};

const saved = async (part: Partial<Checkpoint>, options?: Parameters<typeof saveCheckpoint>[2]) => {
  const store = memoryStore();
  await saveCheckpoint(store, { ...checkpoint, ...part }, options);
  return store;
};
const weightsOf = (store: ReturnType<typeof memoryStore>) =>
  [...store.files().keys()].filter((name) => name !== 'polyhue.json');

describe('saveCheckpoint()', () => {
  it('keeps kind, metadata, and tensors bit for bit and in order', async () => {
    for (const maxShardBytes of [1, 64, 100, 4 * 2 ** 20]) {
      const loaded = await loadCheckpoint(await saved({}, { maxShardBytes }), { kind: 'test' });
      expect(loaded).toEqual(checkpoint);
      expect([...loaded.tensors.keys()]).toEqual([...checkpoint.tensors.keys()]);
    }
  });

  it('rounds to half precision when told to, integers excepted', async () => {
    const store = await saved({}, { storage: 'float16' });
    const { tensors } = await loadCheckpoint(store, { kind: 'test' });
    expect(tensors.get('step')).toEqual(checkpoint.tensors.get('step'));
    for (const name of ['kernel', 'odd', 'large']) {
      const exact = checkpoint.tensors.get(name)!.values;
      const rounded = tensors.get(name)!.values;
      expect(
        rounded.every((value, i) => Math.abs(value - exact[i]!) <= Math.abs(exact[i]!) / 2 ** 11 + 2 ** -25),
      ).toBe(true);
    }
    const bytes = [...store.files()].find(([name]) => name !== 'polyhue.json')![1].length;
    expect(bytes).toBe(32 + 8 + 4 + 200); // 15 and 3 halves are padded to a multiple of 4 bytes
  });

  it('fills files up to the size it is told and gives a larger tensor a file of its own', async () => {
    const store = await saved({}, { maxShardBytes: 76 });
    // kernel and odd: 60 + 12; step: 4 more are 76; none: 0 more; large: 400 alone.
    expect(weightsOf(store).map((name) => store.files().get(name)!.length)).toEqual([76, 400]);
  });

  it('names files of weights by their content, equal content once', async () => {
    const same = { shape: [2], values: Float32Array.of(1, 2) };
    const tensors = new Map([
      ['a', same],
      ['b', same],
    ]);
    const store = await saved({ tensors }, { maxShardBytes: 8 });
    // SHA-256 of the little-endian float32 numbers 1 and 2, by sha256sum.
    expect(weightsOf(store)).toEqual(['weights-b9c80b5adeca4507.bin']);
    expect((await loadCheckpoint(store, { kind: 'test' })).tensors).toEqual(tensors);
  });

  it('writes the manifest last and takes the place of what was there', async () => {
    const store = await saved({});
    expect([...store.files().keys()].at(-1)).toBe('polyhue.json');
    const before = weightsOf(store);
    await saveCheckpoint(store, {
      ...checkpoint,
      tensors: new Map([['x', { shape: [1], values: Float32Array.of(1) }]]),
    });
    expect(weightsOf(store)).toHaveLength(1);
    expect(weightsOf(store)).not.toEqual(before);
  });

  it('saves a checkpoint without tensors', async () => {
    expect((await loadCheckpoint(await saved({ tensors: new Map() }), { kind: 'test' })).tensors.size).toBe(
      0,
    );
  });

  it('refuses numbers that would not come back', async () => {
    const save = async (value: number, storage: 'float32' | 'float16') =>
      saved({ tensors: new Map([['w', { shape: [2], values: Float32Array.of(0, value) }]]) }, { storage });
    await expect(save(Number.NaN, 'float32')).rejects.toThrow(
      new CheckpointError(
        'Cannot save a checkpoint as element 1 of the tensor "w" is NaN: a training that diverged is not worth saving',
      ),
    );
    await expect(save(-Infinity, 'float16')).rejects.toThrow(CheckpointError);
    await expect(save(65520, 'float16')).rejects.toThrow(
      new CheckpointError(
        'Cannot save a checkpoint as element 1 of the tensor "w" is 65520: float16 ends at 65504, save it as "float32"',
      ),
    );
    await expect(save(65519, 'float16')).resolves.toBeDefined();
    const tensors = new Map([['w', { shape: [16, 1], values: new Float32Array(16).fill(-(2 ** 127)) }]]);
    await expect(saved({ tensors }, { storage: 'uint8' })).rejects.toThrow(
      new CheckpointError(
        `Cannot save a checkpoint as element 0 of the tensor "w" is ${-(2 ** 127)}: uint8 ends at 2^127, save it as "float32"`,
      ),
    );
  });

  it('refuses metadata that JSON would change', async () => {
    const cases: [unknown, string][] = [
      [{ a: [1, { rate: Infinity }] }, "'metadata.a[1].rate' must be plain JSON: current value is Infinity"],
      [{ a: undefined }, "'metadata.a' must be plain JSON: current value is undefined"],
      [undefined, "'metadata' must be plain JSON: current value is undefined"],
      [{ a: new Map() }, "'metadata.a' must be plain JSON: current value is [object Map]"],
      [[Float32Array.of(1)], "'metadata[0]' must be plain JSON: current value is 1"],
    ];
    for (const [metadata, message] of cases) {
      await expect(saved({ metadata })).rejects.toThrow(
        new TypeError(`Cannot save a checkpoint as ${message}`),
      );
    }
  });

  it('says what is wrong with an argument', async () => {
    await expect(saved({}, { storage: 'int8' as 'float16' })).rejects.toThrow(
      new TypeError(
        'Cannot save a checkpoint as \'storage\' must be one of "float32", "float16", "uint8": current value is "int8"',
      ),
    );
    await expect(saved({}, { maxShardBytes: 0 })).rejects.toThrow(
      new RangeError(
        "Cannot save a checkpoint as 'maxShardBytes' must be a positive integer: current value is 0",
      ),
    );
    await expect(saved({ kind: '' })).rejects.toThrow(
      new CheckpointError(
        'Cannot save a checkpoint as \'kind\' must be a text of 1 to 512 characters: current value is "" in its polyhue.json',
      ),
    );
    const tensors = new Map([['w', { shape: [3], values: Float32Array.of(1) }]]);
    await expect(saved({ tensors })).rejects.toThrow(new ShapeError('save a checkpoint', 'w', [1], [3]));
  });
});

describe('hasCheckpoint()', () => {
  it('tells whether anything was saved', async () => {
    expect(await hasCheckpoint(memoryStore())).toBe(false);
    expect(await hasCheckpoint(await saved({}))).toBe(true);
  });
});
