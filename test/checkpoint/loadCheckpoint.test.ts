import { describe, expect, it } from 'vitest';

import type { CheckpointReader } from '../../src/checkpoint/checkpointStore.js';
import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { CheckpointError } from '../../src/errors.js';
import golden from '../golden/checkpoint.json' with { type: 'json' };

const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const goldenFiles = () =>
  new Map(Object.entries(golden.files).map(([name, text]): [string, Uint8Array] => [name, bytesOf(text)]));

type Json = Record<string, unknown>;
const manifestOf = (files: ReadonlyMap<string, Uint8Array>) =>
  JSON.parse(new TextDecoder().decode(files.get('polyhue.json'))) as Json;

/** The golden checkpoint with its manifest replaced. */
function withManifest(manifest: unknown) {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  return memoryStore(goldenFiles().set('polyhue.json', new TextEncoder().encode(text)));
}

/** A deep copy of the golden manifest with one field replaced. */
function changed(path: readonly (string | number)[], value: unknown): Json {
  const manifest = manifestOf(goldenFiles());
  let place = manifest;
  for (const key of path.slice(0, -1)) place = place[key] as Json;
  place[path.at(-1)!] = value;
  return manifest;
}

const load = async (store: CheckpointReader, options: Partial<Parameters<typeof loadCheckpoint>[1]> = {}) =>
  loadCheckpoint(store, { kind: 'golden', ...options });

const expectMessage = async (store: CheckpointReader, reason: string) =>
  expect(load(store)).rejects.toThrow(
    new CheckpointError(`Cannot load the checkpoint "memory" as ${reason}`),
  );

describe('loadCheckpoint()', () => {
  it('reads a checkpoint that another program wrote', async () => {
    const { kind, metadata, tensors } = await load(memoryStore(goldenFiles()));
    expect([kind, metadata]).toEqual(['golden', { note: 'café', list: [1, null, true] }]);
    expect(tensors).toEqual(
      new Map([
        ['kernel', { shape: [2, 3], values: Float32Array.from(golden.values.kernel) }],
        ['bias', { shape: [3], values: Float32Array.from(golden.values.bias) }],
        ['step', { shape: [], values: Int32Array.from(golden.values.step) }],
      ]),
    );
  });

  it('reports progress over all files', async () => {
    const progress: number[][] = [];
    await load(memoryStore(goldenFiles()), {
      onProgress: ({ loadedBytes, totalBytes }) => progress.push([loadedBytes, totalBytes]),
    });
    expect(progress).toEqual([
      [24, 36],
      [36, 36],
    ]);
  });

  it('gives up when its signal says so', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(load(memoryStore(goldenFiles()), { signal })).rejects.toThrow('enough');
  });

  it('says when there is no checkpoint, or not one of polyhue', async () => {
    await expectMessage(memoryStore(), 'it has no polyhue.json: nothing was saved there');
    await expectMessage(
      withManifest('<html>'),
      'its polyhue.json is not JSON: it is damaged or not a checkpoint',
    );
    await expectMessage(
      withManifest({ modelTopology: {} }),
      '\'format\' must be "polyhue": current value is undefined in its polyhue.json',
    );
    const error: unknown = await load(withManifest('<html>')).catch((thrown: unknown) => thrown);
    expect((error as Error).cause).toBeInstanceOf(SyntaxError);
  });

  it('says when the format is newer or the kind another', async () => {
    await expectMessage(
      withManifest({ format: 'polyhue', formatVersion: 3 }),
      'it has format version 3 and this release reads versions 1 to 2: update polyhue',
    );
    await expectMessage(
      withManifest(changed(['kind'], 'training')),
      'it is of the kind "training": "golden" is needed',
    );
  });

  it('says when a file is missing, cut short or damaged', async () => {
    const name = 'weights-b.bin';
    const again = 'copy or download all of its files again';
    const files = goldenFiles();
    const bytes = files.get(name)!;
    files.delete(name);
    await expectMessage(memoryStore(files), `"${name}" is missing: ${again}`);
    await expectMessage(
      memoryStore(files.set(name, bytes.slice(1))),
      `"${name}" has 11 bytes instead of 12: ${again}`,
    );
    await expectMessage(
      memoryStore(
        files.set(
          name,
          bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte)),
        ),
      ),
      `"${name}" is damaged, its SHA-256 differs: ${again}`,
    );
    await expect(load(memoryStore(files.set(name, new Uint8Array(13))))).rejects.toThrow(
      new CheckpointError(
        `Cannot read "${name}" of the checkpoint "memory" as it has more than 12 bytes: ` +
          'it is damaged, or another file of that name',
      ),
    );
  });

  it('names the tensor that holds a number that is not finite', async () => {
    const values = Float32Array.of(0, 1, NaN, 2, 3, 4);
    const bytes = new Uint8Array(values.buffer);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const manifest = changed(['files', 0, 'sha256'], sha256);
    const files = goldenFiles().set('weights-a.bin', bytes);
    files.set('polyhue.json', new TextEncoder().encode(JSON.stringify(manifest)));
    await expectMessage(
      memoryStore(files),
      'element 2 of the tensor "kernel" is NaN: the run that wrote it had diverged, use another checkpoint',
    );
  });

  it('names the field that is not as it must be', async () => {
    const hash = 'x'.repeat(64);
    const [kernel] = manifestOf(goldenFiles())['tensors'] as Json[];
    const cases: [unknown, string][] = [
      [[], '\'polyhue.json\' must be an object: current value is "a list of 0"'],
      [changed(['files'], {}), "'files' must be a list of at most 100000: current value is [object Object]"],
      [changed(['files', 0], 7), "'files[0]' must be an object: current value is 7"],
      [
        changed(['files', 0, 'name'], '../x.bin'),
        '\'files[0].name\' must be a plain file name: current value is "../x.bin"',
      ],
      [
        changed(['files', 1, 'name'], 'polyhue.json'),
        '\'files[1].name\' must be a plain file name: current value is "polyhue.json"',
      ],
      [
        changed(['files', 0, 'bytes'], -1),
        "'files[0].bytes' must be a non-negative integer: current value is -1",
      ],
      [
        changed(['files', 0, 'sha256'], hash),
        `'files[0].sha256' must be 64 hexadecimal digits: current value is "${hash.slice(0, 60)}..."`,
      ],
      [
        changed(['files', 1, 'name'], 'weights-a.bin'),
        '\'files\' must have distinct names: current value is "weights-a.bin"',
      ],
      [
        changed(['tensors', 1, 'name'], 'step'),
        '\'tensors\' must have distinct names: current value is "step"',
      ],
      [
        changed(['tensors', 0, 'name'], ''),
        '\'tensors[0].name\' must be a text of 1 to 512 characters: current value is ""',
      ],
      [
        changed(['tensors', 0, 'shape'], new Array(9).fill(1)),
        '\'tensors[0].shape\' must be a list of at most 8: current value is "a list of 9"',
      ],
      [
        changed(['tensors', 0, 'shape', 1], 1.5),
        "'tensors[0].shape[1]' must be a non-negative integer: current value is 1.5",
      ],
      [
        changed(['tensors', 0, 'shape'], [2 ** 40, 2 ** 40]),
        '\'tensors[0].shape\' must have a product that is a safe integer: current value is "a list of 2"',
      ],
      [
        changed(['tensors', 0, 'dtype'], 'bool'),
        '\'tensors[0].dtype\' must be "float32" or "int32": current value is "bool"',
      ],
      [
        changed(['tensors', 2, 'storage'], 'float16'),
        '\'tensors[2].storage\' must be a storage of int32: current value is "float16"',
      ],
      [
        changed(['tensors', 2, 'storage'], 'uint8'),
        '\'tensors[2].storage\' must be a storage of int32: current value is "uint8"',
      ],
      [
        changed(['tensors', 0], { ...kernel, shape: [], storage: 'uint8' }),
        '\'tensors[0].shape\' must have an axis of channels, as the storage is "uint8": current value is "a list of 0"',
      ],
      [
        changed(['tensors', 0], { ...kernel, storage: 'uint8' }),
        "'tensors[0]' must end within the 24 bytes of its file: current value is 30",
      ],
      [
        changed(['tensors', 0, 'offset'], 2),
        "'tensors[0].offset' must be a multiple of 4: current value is 2",
      ],
      [
        changed(['tensors', 0, 'offset'], 4),
        "'tensors[0]' must end within the 24 bytes of its file: current value is 28",
      ],
      [
        changed(['tensors', 0, 'file'], 'c.bin'),
        '\'tensors[0].file\' must be one of the files: current value is "c.bin"',
      ],
    ];
    for (const [manifest, reason] of cases) {
      await expectMessage(withManifest(manifest), `${reason} in its polyhue.json`);
    }
  });

  it('refuses more bytes than it may read or make', async () => {
    const store = memoryStore(goldenFiles());
    await expect(load(store, { maxBytes: 35 })).rejects.toThrow(
      new CheckpointError(
        "Cannot load the checkpoint \"memory\" as 'files' must have at most 35 bytes, the limit 'maxBytes': " +
          'current value is 36 in its polyhue.json',
      ),
    );
    // Ten thousand tensors that all lie on the same bytes.
    const manifest = manifestOf(goldenFiles());
    const [kernel] = manifest['tensors'] as Json[];
    manifest['tensors'] = Array.from({ length: 10_000 }, (_, i) => ({ ...kernel, name: `copy ${i}` }));
    await expect(load(withManifest(manifest), { maxBytes: 100_000 })).rejects.toThrow(
      new CheckpointError(
        "Cannot load the checkpoint \"memory\" as 'tensors' must have at most 100000 bytes, the limit 'maxBytes': " +
          'current value is 240000 in its polyhue.json',
      ),
    );
    await expect(load(store, { maxBytes: 0 })).rejects.toThrow(
      new RangeError(
        'Cannot load the checkpoint "memory" as \'maxBytes\' must be a positive integer: current value is 0',
      ),
    );
  });

  it('answers any change of any field, and any cut of any file, with a CheckpointError or a checkpoint', async () => {
    const hostile = [
      null,
      true,
      -1,
      0.5,
      2 ** 53,
      1e300,
      '',
      '../x',
      '__proto__',
      [],
      [[]],
      {},
      'x'.repeat(1000),
    ];
    const paths = [['format'], ['formatVersion'], ['kind'], ['files'], ['tensors']].concat(
      ['name', 'bytes', 'sha256'].map((key) => ['files', '1', key]),
      ['name', 'shape', 'dtype', 'storage', 'file', 'offset'].map((key) => ['tensors', '1', key]),
    );
    const stores = paths.flatMap((path) => hostile.map((value) => withManifest(changed(path, value))));
    for (const [name, bytes] of goldenFiles()) {
      for (let length = 0; length < bytes.length; length += 7) {
        stores.push(memoryStore(goldenFiles().set(name, bytes.slice(0, length))));
      }
    }
    const outcomes = await Promise.all(
      stores.map(async (store) =>
        load(store).then(
          () => 'loaded',
          (error: unknown) => error,
        ),
      ),
    );
    const surprises = outcomes.filter(
      (outcome) => outcome !== 'loaded' && !(outcome instanceof CheckpointError),
    );
    expect(surprises).toEqual([]);
    expect(outcomes.filter((outcome) => outcome !== 'loaded').length).toBeGreaterThan(paths.length * 10);
  });
});
