import { describe, expect, it } from 'vitest';

import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { dequantize, isQuantizable, quantize } from '../../src/checkpoint/quantize.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import type { TensorData } from '../../src/checkpoint/tensorData.js';
import { CheckpointError } from '../../src/errors.js';
import { randomGenerator } from '../../src/random.js';
import golden from '../golden/quantized.json' with { type: 'json' };

const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const textOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const kernel: TensorData = {
  shape: golden.kernel.shape,
  values: Float32Array.from(golden.kernel.values),
};
const fileName = golden.manifest.files[0]!.name;

const save = async (tensors: ReadonlyMap<string, TensorData>) => {
  const store = memoryStore();
  await saveCheckpoint(store, { kind: 'golden', metadata: null, tensors }, { storage: 'uint8' });
  return store;
};
const manifestOf = (store: ReturnType<typeof memoryStore>) =>
  JSON.parse(new TextDecoder().decode(store.files().get('polyhue.json'))) as typeof golden.manifest;

/** What comes back of values in one channel. */
function roundTrip(values: Float32Array): Float32Array {
  const shape = [values.length, 1];
  const { buffer } = quantize(values, shape);
  return dequantize(buffer as ArrayBuffer, shape, values.length);
}

describe('8-bit weights', () => {
  it('are written and read as NumPy writes them from the description of the format', async () => {
    const store = await save(new Map([['kernel', kernel]]));
    expect(manifestOf(store)).toEqual(golden.manifest);
    expect(store.files().get(fileName)).toEqual(bytesOf(golden.weights));

    const files = new Map([[fileName, bytesOf(golden.weights)]]);
    const written = memoryStore(files.set('polyhue.json', textOf(golden.manifest)));
    const { tensors } = await loadCheckpoint(written, { kind: 'golden' });
    expect(tensors.get('kernel')).toEqual({
      shape: golden.kernel.shape,
      values: Float32Array.from(golden.decoded),
    });
  });

  it('come back exactly where 256 levels suffice, and the least and largest value nearly always', () => {
    const levels = Float32Array.from({ length: 256 }, (_, code) => -4 + code / 32);
    expect(roundTrip(levels)).toEqual(levels);
    expect(roundTrip(new Float32Array(20).fill(0.1))).toEqual(new Float32Array(20).fill(0.1));
    const values = Float32Array.from({ length: 1000 }, randomGenerator(0).normal);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const back = roundTrip(values);
    expect(Math.min(...back)).toBe(least);
    expect(Math.max(...back)).toBeCloseTo(most, 5);
  });

  it('are off by half a step at most, each channel by a step of its own', () => {
    const channels = 3;
    const draw = randomGenerator(1);
    const values = Float32Array.from({ length: 600 }, (_, i) => draw.normal() * 10 ** (i % channels));
    const shape = [200, channels];
    const back = dequantize(quantize(values, shape).buffer as ArrayBuffer, shape, values.length);
    for (let channel = 0; channel < channels; channel++) {
      const own = values.filter((_, i) => i % channels === channel);
      const step = (Math.max(...own) - Math.min(...own)) / 255;
      const errors = values.map((value, i) => (i % channels === channel ? Math.abs(value - back[i]!) : 0));
      expect(Math.max(...errors)).toBeLessThanOrEqual(step * 0.50001);
      expect(Math.max(...errors)).toBeGreaterThan(step * 0.4);
    }
  });

  it('survive numbers at both ends of float32', () => {
    const large = Float32Array.from({ length: 16 }, (_, i) => (i % 2 ? 1.7e38 : -1.7e38));
    expect(roundTrip(large).every(Number.isFinite)).toBe(true);
    const small = Float32Array.from({ length: 16 }, (_, i) => (i % 2 ? 1e-45 : 0));
    expect(Math.max(...roundTrip(small))).toBeLessThanOrEqual(2e-45);
  });

  it('are kernels only: what has one axis or few values for a channel is kept exactly', async () => {
    expect(
      [[3, 3, 2, 8], [16, 4], [15, 4], [1, 1, 8, 64], [64], [], [0, 4], [16, 0]].map(isQuantizable),
    ).toEqual([true, true, false, false, false, false, false, false]);
    const draw = randomGenerator(2);
    const bias = { shape: [64], values: Float32Array.from({ length: 64 }, draw.normal) };
    const step = { shape: [], values: Int32Array.of(7) };
    const store = await save(
      new Map<string, TensorData>([
        ['kernel', kernel],
        ['bias', bias],
        ['step', step],
      ]),
    );
    const { tensors } = await loadCheckpoint(store, { kind: 'golden' });
    expect(tensors.get('bias')).toEqual(bias);
    expect(tensors.get('step')).toEqual(step);
    expect(manifestOf(store).tensors.map(({ storage }) => storage)).toEqual(['uint8', 'float32', 'int32']);
  });

  it('make the checkpoint one of format version 2, which releases that cannot read it refuse', async () => {
    expect(manifestOf(await save(new Map([['kernel', kernel]]))).formatVersion).toBe(2);
    const plain = await save(new Map([['bias', { shape: [1], values: Float32Array.of(1) }]]));
    expect(manifestOf(plain).formatVersion).toBe(1);
  });

  it('are refused where a scale is not a number', async () => {
    const bytes = bytesOf(golden.weights);
    new DataView(bytes.buffer).setFloat32(4, NaN, true);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const manifest = { ...golden.manifest, files: [{ name: fileName, bytes: bytes.length, sha256 }] };
    const store = memoryStore(
      new Map([
        [fileName, bytes],
        ['polyhue.json', textOf(manifest)],
      ]),
    );
    await expect(loadCheckpoint(store, { kind: 'golden' })).rejects.toThrow(
      new CheckpointError(
        'Cannot load the checkpoint "memory" as element 1 of the tensor "kernel" is NaN: ' +
          'the run that wrote it had diverged, use another checkpoint',
      ),
    );
  });
});
