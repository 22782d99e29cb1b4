import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

import { randomGenerator } from '../../src/random.js';
import { pngChunk } from '../support/pngFile.js';

const PICTURES = fileURLToPath(new URL('../fixtures/pictures', import.meta.url));
const ENDINGS = ['jpg', 'png', 'webp', 'avif', 'tif', 'gif'] as const;

type Random = ReturnType<typeof randomGenerator>;

/** A grey PNG file that says it is `width` x `height`, with pixels for `rows` of them. */
function greyPng(width: number, height: number, rows: number, extra: readonly Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0], 8);
  const pixels = deflateSync(Buffer.alloc((width + 1) * rows));
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk whose length says `bytes`, with few behind it. */
function longChunk(bytes: number): Buffer {
  const chunk = pngChunk('tEXt', Buffer.from('Comment\0hello'));
  chunk.writeUInt32BE(bytes, 0);
  return chunk;
}

const SPECIAL: readonly ((random: Random) => Buffer)[] = [
  () => Buffer.alloc(0),
  ({ integer }) => Buffer.alloc(1 + integer(4000)),
  () => Buffer.from('Dear diary,\ntoday nothing happened.\n'),
  () => greyPng(1, 20_000, 20_000),
  () => greyPng(20_000, 1, 1),
  () => greyPng(20_000, 15_000, 1),
  () => greyPng(0xffffffff, 0xffffffff, 0),
  () => greyPng(0, 5, 0),
  () => greyPng(8, 8, 8, [longChunk(0x7fffffff)]),
  () => greyPng(8, 8, 8, [longChunk(0xffffffff)]),
  () =>
    greyPng(
      8,
      8,
      8,
      Array.from({ length: 3000 }, () => pngChunk('tEXt', Buffer.from('a\0b'))),
    ),
  () =>
    greyPng(8, 8, 8, [
      pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(2 ** 22))])),
    ]),
  ({ integer }) => Buffer.from(Array.from({ length: 1 + integer(2000) }, () => integer(256))),
  () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname"/></svg>'),
];

/** Damages a whole picture: cut short, bytes changed, a run of zeros, two files in one, a part left out or doubled. */
function damaged(whole: Buffer, other: Buffer, random: Random): Buffer {
  const { integer } = random;
  const at = integer(whole.length);
  const bytes = Buffer.from(whole);
  const flip = (count: number): Buffer => {
    for (let i = 0; i < count; i++) bytes[integer(bytes.length)]! ^= 1 + integer(255);
    return bytes;
  };
  const ways: readonly (() => Buffer)[] = [
    () => bytes.subarray(0, at),
    () => flip(1),
    () => flip(1 + integer(12)),
    () => bytes.fill(integer(2) * 255, at, Math.min(bytes.length, at + 1 + integer(64))),
    () => Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at >> 1)]),
    () => bytes.subarray(integer(30)),
    () => bytes,
  ];
  return ways[integer(ways.length)]!();
}

/**
 * Writes `count` odd or damaged pictures into a folder, the same for the same seed.
 *
 * @returns Their names.
 */
export async function writeOddPictures(folder: string, count: number, seed: number): Promise<string[]> {
  const random = randomGenerator(seed);
  const { integer } = random;
  const fixtures = (await readdir(PICTURES)).toSorted();
  const whole = await Promise.all(fixtures.map(async (name) => readFile(join(PICTURES, name))));
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const special = i < SPECIAL.length * 3 ? SPECIAL[i % SPECIAL.length] : undefined;
    const [one, other] = [integer(whole.length), integer(whole.length)];
    const content = special === undefined ? damaged(whole[one]!, whole[other]!, random) : special(random);
    // Every fourth name has any ending, most others that of the file; one in fifty has a line break in it.
    const own = fixtures[one]!.split('.').at(-1)!;
    const ending = special !== undefined || integer(4) === 0 ? ENDINGS[integer(ENDINGS.length)]! : own;
    const name = `${String(i).padStart(5, '0')}${integer(50) === 0 ? '\n' : ''}.${ending}`;
    await writeFile(join(folder, name), content);
    names.push(name);
  }
  return names;
}
