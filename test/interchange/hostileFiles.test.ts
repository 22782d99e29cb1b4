import { describe, expect, it } from 'vitest';

import { FormatError } from '../../src/errors.js';
import { crc32 } from '../../src/interchange/crc32.js';
import { openArrays, readArrays } from '../../src/interchange/openArrays.js';
import { convertStateDict } from '../../src/interchange/stateDict.js';
import { safetensorsWith, sourceOf } from './files.js';

/** Bytes of characters from 0 to 255. */
const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const latinOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** A number in `length` bytes, the lowest first. */
const little = (value: number, length: number): string =>
  String.fromCharCode(...Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256));

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the directory says of it, where that is not so. */
  readonly storedBytes?: number;
  readonly bytes?: number;
  readonly deflated?: boolean;
}

/** A zip archive whose directory says what it is told to. */
function zipOf(parts: readonly Part[], count = parts.length): Uint8Array {
  let [body, directory] = ['', ''];
  for (const { name, content, storedBytes = content.length, bytes = content.length, deflated } of parts) {
    const method = little(deflated === true ? 8 : 0, 2);
    const sums =
      little(crc32(content), 4) + little(storedBytes, 4) + little(bytes, 4) + little(name.length, 2);
    directory += `PK\x01\x02${'\0'.repeat(6)}${method}${'\0'.repeat(4)}${sums}${'\0'.repeat(12)}${little(body.length, 4)}${name}`;
    body += `PK\x03\x04${'\0'.repeat(4)}${method}${'\0'.repeat(4)}${sums}\0\0${name}${latinOf(content)}`;
  }
  const end = little(count, 2) + little(count, 2) + little(directory.length, 4) + little(body.length, 4);
  return bytesOf(`${body}${directory}PK\x05\x06\0\0\0\0${end}\0\0`);
}

const npyOf = (shape: string, type = '<f4'): string => {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }\n`;
  return `\x93NUMPY\x01\0${little(header.length, 2)}${header}`;
};

const textOf = (text: string): string => `X${little(text.length, 4)}${text}`;
const intOf = (value: number): string => `J${little(value, 4)}`;

/** A file of PyTorch with views `[offset 0, shape, strides]` of one storage of float32. */
function viewsOf(
  elements: number,
  views: readonly (readonly [shape: string, strides: string])[],
): Uint8Array {
  const storage = `(${textOf('storage')}ctorch\nFloatStorage\n${textOf('0')}${textOf('cpu')}${intOf(elements)}tQ`;
  const tensors = views.map(([shape, strides], i) => `${textOf(`view${i}`)}h\0(h\x01K\0${shape}${strides}tR`);
  const pickle = `\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\0${storage}q\x01}(${tensors.join('')}u.`;
  return zipOf([
    { name: 'a/data.pkl', content: bytesOf(pickle) },
    { name: 'a/data/0', content: new Uint8Array(4 * elements) },
  ]);
}

/** Bytes as archives pack them. */
async function deflated(content: string): Promise<Uint8Array> {
  const stream = new Blob([bytesOf(content)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function expectRefusal(bytes: Uint8Array, message: string, maxBytes = 2 ** 31): Promise<void> {
  const opening = openArrays(sourceOf(bytes), { maxBytes });
  await expect(opening).rejects.toThrow(FormatError);
  await expect(opening).rejects.toThrow(message);
  expect(((await opening.catch((error: unknown) => error)) as Error).message.length).toBeLessThan(2000);
}

describe('openArrays() with files that were made to do harm', () => {
  it('refuses a header of NumPy whose sizes are not parted by commas, at once', async () => {
    await expectRefusal(bytesOf(npyOf(`${'1'.repeat(60)}x`)), 'only plain arrays of real numbers are read');
    await expectRefusal(bytesOf(npyOf('2 3')), 'only plain arrays of real numbers are read');
  });

  it.each<[string, string, string]>([
    [
      'lists in lists',
      `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'must be an object and is a list of 1',
    ],
    ['a text of its own', '{"x":{"dtype":{"toString":1}}}', "'\"x\".dtype' must be a text of 1 to 16 characters and is [object Object]"], // prettier-ignore
    ['a long text', `{"x":"${'a'.repeat(100_000)}"}`, 'must be an object and is aaa'],
    [
      'a long name',
      `{"__metadata__":{"${'a'.repeat(100_000)}":1}}`,
      'must be a text and is 1: it is damaged or cut off',
    ],
  ])('refuses a header of safetensors with %s in the place of another value', async (_, header, message) => {
    await expectRefusal(safetensorsWith(header, 0), message);
  });

  it('cuts names of megabytes short in messages', async () => {
    const pickle = `\x80\x02c${'a'.repeat(1_000_000)}\nb\n.`;
    await expectRefusal(
      zipOf([{ name: 'a/data.pkl', content: bytesOf(pickle) }]),
      'save the state dict alone',
    );
  });

  it('refuses an archive whose parts share bytes, or that lists more than it says', async () => {
    const content = bytesOf(npyOf('1,') + '\0\0\0\0');
    const parts = ['x', 'y', 'z'].map((name) => ({ name: `${name}.npy`, content, storedBytes: 200 }));
    await expectRefusal(zipOf(parts), 'its parts overlap: it is damaged');
    const two = ['x', 'y'].map((name) => ({ name: `${name}.npy`, content }));
    await expectRefusal(zipOf(two, 1), 'it lists more than the 1 parts that it says it has: it is damaged');
  });

  it('does not unpack a part whose header gives another size', async () => {
    const content = await deflated(`${npyOf('1000,')}${'\0'.repeat(200_000)}`);
    const bytes = npyOf('1000,').length + 200_000;
    await expectRefusal(
      zipOf([{ name: 'x.npy', content, bytes, deflated: true }]),
      'Cannot read "weights/x.npy" as its values take 4000 bytes and it has 200000: it is cut off or damaged',
    );
  });

  it('unpacks no more than headers before values are asked for', async () => {
    const text = `${npyOf('50000,')}${'\0'.repeat(200_000)}`;
    const content = await deflated(text);
    // Its CRC-32 is that of the packed bytes: who unpacks all of it notices.
    const file = await openArrays(
      sourceOf(zipOf([{ name: 'x.npy', content, bytes: text.length, deflated: true }])),
    );
    expect(file.arrays.get('x')).toMatchObject({ shape: [50_000], type: 'float32' });
    await expect(readArrays(file)).rejects.toThrow('its CRC-32 differs');
  });

  it('counts what views of a storage make it read, not only what they hold', async () => {
    const ends = [`K\x02\x85`, `${intOf(999)}\x85`] as const;
    const bytes = viewsOf(
      1000,
      Array.from({ length: 10 }, () => ends),
    );
    await expectRefusal(bytes, 'its arrays take 40000 bytes and at most 39999 are allowed', 39_999);
    const file = await openArrays(sourceOf(bytes), { maxBytes: 40_000 });
    expect((await file.read('view9')).values).toEqual(new Float32Array(2));
  });
});

describe('convertStateDict()', () => {
  it('lists a thousand misfits and counts the others', async () => {
    const fields = { dtype: 'U8', shape: [0], data_offsets: [0, 0] };
    const header = Object.fromEntries(Array.from({ length: 1002 }, (_, i) => [`t${i}`, fields]));
    const file = await openArrays(sourceOf(safetensorsWith(header, 0)));
    await expect(convertStateDict([file], { entries: [], ignored: () => false })).rejects.toThrow(
      /^Cannot import "weights": "t0" is \[0\], not expected; .*"t999" is \[0\], not expected; and 2 more$/,
    );
  });
});
