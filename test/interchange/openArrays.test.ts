import { describe, expect, it } from 'vitest';

import { FormatError } from '../../src/errors.js';
import { memoryBytes } from '../../src/interchange/byteSource.js';
import { openArrays, readArrays } from '../../src/interchange/openArrays.js';
import {
  FORBIDDEN_GLOBALS,
  forbiddenFile,
  GOLDEN_FILES,
  goldenArrays,
  goldenFile,
  patched,
  placeOf,
  refusedFile,
  type RefusedFile,
  safetensorsWith,
  sourceOf,
} from './files.js';

const open = (bytes: Uint8Array, name = 'weights', maxBytes?: number) =>
  openArrays(sourceOf(bytes, name), maxBytes === undefined ? {} : { maxBytes });

/** Opens a file and reads all of it. */
const readAll = async (bytes: Uint8Array) => readArrays(await open(bytes));

describe('openArrays()', () => {
  it.each(GOLDEN_FILES)('reads %s as Python wrote it', async (name) => {
    const expected = goldenArrays(name);
    const tensors = await readAll(goldenFile(name));
    expect([...tensors.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    const numbers = (values: readonly (number | string)[]) =>
      values.map((value) => Number(String(value).replace('inf', 'Infinity')));
    const read = Object.fromEntries(
      [...tensors].map(([array, { shape, values }]) => [
        array,
        { shape, integer: values instanceof Int32Array, values: [...values] },
      ]),
    );
    expect(read).toEqual(
      Object.fromEntries(
        [...expected].map(([array, content]) => [array, { ...content, values: numbers(content.values) }]),
      ),
    );
  });

  it('tells formats apart by their content and gives shapes and types before any value is read', async () => {
    const reads: number[] = [];
    const bytes = goldenFile('tensors.pth');
    const { read, ...rest } = memoryBytes(bytes);
    const file = await openArrays({
      ...rest,
      read: (offset, length) => {
        reads.push(length);
        return read(offset, length);
      },
    });
    expect(file.format).toBe('pytorch');
    expect(file.arrays.get('transposed')).toMatchObject({ shape: [4, 3], type: 'float32' });
    expect(file.arrays.get('bfloat16')).toMatchObject({ shape: [3], type: 'bfloat16' });
    const formats = await Promise.all(
      (['arrays.safetensors', 'float32.npy', 'stored.npz'] as const).map(
        async (name) => (await open(goldenFile(name))).format,
      ),
    );
    expect(formats).toEqual(['safetensors', 'npy', 'npz']);
  });

  it.each<[RefusedFile, string]>([
    [
      'legacy.pth',
      'Cannot read "weights" as it is in the format of PyTorch before 1.6: save it again with a newer one, ' +
        'torch.save(torch.load(path, map_location="cpu"), path)',
    ],
    [
      'command.pth',
      'Cannot read "weights" as its description of the tensors cannot be read, it asks for "posix.system", which is ' +
        'not needed for tensors and is never run: save the state dict alone, torch.save(model.state_dict(), path)',
    ],
    [
      'wholeModule.pth',
      'Cannot read "weights" as its description of the tensors cannot be read, it asks for ' +
        '"torch.nn.modules.container.Sequential", which is not needed for tensors and is never run: save the state ' +
        'dict alone, torch.save(model.state_dict(), path)',
    ],
    [
      'noTensors.pth',
      'Cannot read "weights" as it holds no dictionary of tensors, itself or as "state_dict": save one, ' +
        'torch.save(model.state_dict(), path)',
    ],
    [
      'largeInteger.pth',
      'Cannot read "weights" as in the array "n" element 0 is 1099511627776, which does not fit 32 bits',
    ],
    ['complex.pth', '"torch.ComplexFloatStorage", which is not needed for tensors'],
    [
      'object.npy',
      "Cannot read \"weights\" as its header is \"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\": only " +
        'plain arrays of real numbers are read',
    ],
    ['complex.npy', "'<c16'"],
    ['records.npy', "[('a', '<f4')]"],
    [
      'bomb.npz',
      'Cannot read "weights" as its part "x.npy" does not unpack to its 1000 bytes: it is damaged',
    ],
  ])('refuses %s and says why', async (name, message) => {
    const reading = readAll(refusedFile(name));
    await expect(reading).rejects.toThrow(FormatError);
    await expect(reading).rejects.toThrow(message);
  });

  it('takes names with path tricks as names', async () => {
    const file = await open(refusedFile('traversal.npz'));
    expect([...file.arrays.keys()]).toEqual(['../../evil']);
  });

  it.each(GOLDEN_FILES)('refuses %s where it is cut off, at any length', async (name) => {
    const whole = goldenFile(name);
    const step = Math.max(1, Math.floor(whole.length / 37));
    for (let length = 0; length < whole.length; length += step)
      await expect(readAll(whole.slice(0, length))).rejects.toThrow(FormatError);
  });

  it.each(GOLDEN_FILES)('reads %s or refuses it as it should, whichever byte is damaged', async (name) => {
    const whole = goldenFile(name);
    const step = Math.max(1, Math.floor(whole.length / 97));
    const surprises: unknown[] = [];
    for (let at = 0; at < whole.length; at += step) {
      const note = (error: unknown) => void (error instanceof FormatError || surprises.push([at, error]));
      await readAll(patched(whole, at, [whole[at]! ^ 0xa5])).catch(note);
    }
    expect(surprises).toEqual([]);
  });

  it('notices a damaged value in a zip archive by its CRC-32', async () => {
    const bytes = goldenFile('stored.npz');
    const damaged = patched(bytes, placeOf(bytes, 'NUMPY') + 140, [0x55]);
    await expect(readAll(damaged)).rejects.toThrow(
      'Cannot read "weights" as its part "components.npy" is damaged, its CRC-32 differs: copy or download the file again',
    );
  });

  it.each(FORBIDDEN_GLOBALS)('refuses a pickle that asks for %s', async (name) => {
    await expect(readAll(forbiddenFile(name))).rejects.toThrow(
      `it asks for "${name}", which is not needed for tensors and is never run`,
    );
  });

  it('refuses arrays that would not fit the memory, before reading them', async () => {
    await expect(open(goldenFile('float32.npy'), 'big.npy', 47)).rejects.toThrow(
      'Cannot read "big.npy" as its arrays take 48 bytes and at most 47 are allowed: raise \'maxBytes\' if you trust the file',
    );
    await expect(open(goldenFile('stored.npz'), 'big.npz', 100)).rejects.toThrow('at most 100 are allowed');
    await expect(open(goldenFile('float32.npy'), 'big.npy', 0)).rejects.toThrow(
      "Cannot run openArrays as 'maxBytes' must be a positive integer: current value is 0",
    );
  });

  it.each<[string, unknown, number, string]>([
    [
      'is larger than its bytes',
      { x: { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 8] } },
      8,
      '\'"x".data_offsets\' must span 4398046511104 bytes, those of F32 [1099511627776] and is 8',
    ],
    [
      'has sizes that overflow',
      { x: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 8] } },
      8,
      'must span NaN bytes',
    ],
    [
      'has a negative size',
      { x: { dtype: 'F32', shape: [-1], data_offsets: [0, 0] } },
      0,
      '\'"x".shape[0]\' must be a non-negative integer and is -1',
    ],
    [
      'ends beyond the file',
      { x: { dtype: 'U8', shape: [9], data_offsets: [0, 9] } },
      8,
      "'data_offsets' must end at 8, the end of the file and is 9",
    ],
    [
      'overlaps another',
      {
        x: { dtype: 'U8', shape: [4], data_offsets: [0, 4] },
        y: { dtype: 'U8', shape: [4], data_offsets: [2, 6] },
      },
      6,
      '\'"y".data_offsets[0]\' must be 4, the end of the array before and is 2',
    ],
    [
      'leaves a hole',
      { x: { dtype: 'U8', shape: [4], data_offsets: [2, 6] } },
      6,
      'must be 0, the end of the array before and is 2',
    ],
    [
      'has an unknown type',
      { x: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } },
      1,
      '\'"x".dtype\' must be one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL and is F8_E4M3',
    ],
    [
      'has a type named like a member of objects',
      { x: { dtype: 'constructor', shape: [1], data_offsets: [0, 1] } },
      1,
      '\'"x".dtype\' must be one of',
    ],
    ['is no object', { x: 7 }, 0, '\'"x"\' must be an object and is 7'],
  ])('refuses a safetensors file whose array %s', async (_, header, dataBytes, message) => {
    const opening = open(safetensorsWith(header, dataBytes));
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(message);
  });

  it('refuses what is none of the formats', async () => {
    await expect(open(new Uint8Array(0))).rejects.toThrow(
      'Cannot read "weights" as its header would end at byte 8 and the file has 0: it is cut off or damaged, copy or download it again',
    );
    await expect(open(new TextEncoder().encode('<!DOCTYPE html><html></html>'))).rejects.toThrow(
      'Cannot read "weights" as it is in none of the formats that are read: safetensors, PyTorch, .npy, .npz',
    );
    await expect(open(safetensorsWith('{"x":', 0))).rejects.toThrow(
      'Cannot read "weights" as its header is not JSON: it is damaged or no safetensors file',
    );
    await expect(open(Uint8Array.of(0x80, 2, 0x7d, 0x2e))).rejects.toThrow(
      'Cannot read "weights" as it is a bare pickle: save a state dict with torch.save',
    );
  });

  it('names an array that is not there', async () => {
    const file = await open(goldenFile('float32.npy'));
    await expect(file.read('other')).rejects.toThrow('Cannot read "weights" as it has no array "other"');
  });
});
