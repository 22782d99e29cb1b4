import { appendFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { create, Header, Pax } from 'tar';
import { describe, expect, it } from 'vitest';

import type { ImageSource } from '../../src/data/imageSource.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError } from '../../src/errors.js';
import { openImages } from '../../src/node/openImages.js';
import { readTarIndex } from '../../src/node/tarIndex.js';
import { tarSource } from '../../src/node/tarSource.js';
import { solid } from '../data/pictures.js';
import { temporaryFolder } from './temporaryFolder.js';

const EXTENSIONS = 'jpg, jpeg, png, webp, avif, tif, tiff, gif';
const END = Buffer.alloc(1024);

const namesOf = (source: ImageSource) => Array.from({ length: source.length }, (_, i) => source.name(i));
const grey = async (level: number) => encodePng(solid(2, 2, [level, level, level]));

type HeaderFields = NonNullable<ConstructorParameters<typeof Header>[0]>;

/** One entry of an archive: header, content, padding. */
function entry(fields: Exclude<HeaderFields, Buffer>, content: Uint8Array = new Uint8Array(0)): Buffer {
  const header = new Header({ mode: 0o644, type: 'File', size: content.length, ...fields });
  header.encode();
  return Buffer.concat([header.block!, content, Buffer.alloc(-content.length & 511)]);
}

async function archive(...parts: Uint8Array[]): Promise<string> {
  const path = join(await temporaryFolder(), 'a.tar');
  await writeFile(path, Buffer.concat(parts));
  return path;
}

describe('tarSource()', () => {
  it('gives the pictures of an archive in the order of their names', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'in', 'sub'), { recursive: true });
    const names = ['10.png', '9.png', 'sub/1.png', 'notes.txt', '._9.png'];
    for (const [i, name] of names.entries()) await writeFile(join(folder, 'in', name), await grey(i));
    const path = join(folder, 'a.tar');
    await create({ file: path, cwd: join(folder, 'in') }, names);
    for (const source of [await tarSource(path), await openImages(path)]) {
      expect(namesOf(source)).toEqual(['9.png', '10.png', 'sub/1.png']);
      expect(await source.read(2)).toEqual(solid(2, 2, [2, 2, 2]));
      expect(await source.read(0)).toEqual(solid(2, 2, [1, 1, 1]));
    }
  });

  it('reads long names of pax and GNU archives, and sizes in binary', async () => {
    const png = await grey(7);
    const [paxName, gnuName] = [`${'p'.repeat(300)}.png`, `${'ü'.repeat(200)}.png`];
    const pax = new Pax({ path: paxName, size: png.length }).encode();
    const gnu = entry({ path: '././@LongLink', type: 'NextFileHasLongPath' }, Buffer.from(`${gnuName}\0`));
    const binary = entry({ path: 'b.png' }, png);
    // GNU tar writes sizes of 8 GiB and more in base 256, marked by the highest bit; any size may be written so.
    const sizeField = Buffer.alloc(12);
    sizeField[0] = 0x80;
    sizeField.writeUInt32BE(png.length, 8);
    binary.set(sizeField, 124);
    binary.fill(' ', 148, 156);
    const checksum = binary.subarray(0, 512).reduce((sum, byte) => sum + byte, 0);
    binary.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
    const global = new Pax({ comment: 'made by a test' }, true).encode();
    const path = await archive(
      global,
      pax,
      entry({ path: 'short', size: 0 }, png),
      gnu,
      entry({ path: 'cut' }, png),
      binary,
      END,
    );
    const source = await tarSource(path);
    expect(namesOf(source)).toEqual(['b.png', paxName, gnuName]);
    for (const i of [0, 1, 2]) expect(await source.read(i)).toEqual(solid(2, 2, [7, 7, 7]));
  });

  it('takes hostile names for names, and links and folders for nothing', async () => {
    const png = await grey(1);
    const path = await archive(
      entry({ path: '../../up.png' }, png),
      entry({ path: '/etc/root.png' }, png),
      entry({ path: 'link.png', type: 'SymbolicLink', linkpath: '/etc/passwd' }),
      entry({ path: 'hard.png', type: 'Link', linkpath: '/etc/passwd' }),
      entry({ path: 'folder.png/', type: 'Directory' }),
      entry({ path: 'device.png', type: 'CharacterDevice' }),
      END,
    );
    const source = await tarSource(path);
    expect(namesOf(source)).toEqual(['../../up.png', '/etc/root.png']);
    expect(await source.read(0)).toEqual(solid(2, 2, [1, 1, 1]));
  });

  it('reads an archive without its end mark, and one larger than what it reads at a time', async () => {
    const large = entry({ path: 'large.bin' }, new Uint8Array(200_000));
    const parts = await Promise.all([0, 1, 2].map(async (i) => entry({ path: `${i}.png` }, await grey(i))));
    const path = await archive(parts[0]!, large, parts[1]!, large, parts[2]!);
    const source = await tarSource(path);
    expect((await source.read(2)).data[0]).toBe(2);
    expect((await readTarIndex(path)).map(({ bytes }) => bytes > 1000)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('says where an archive is cut short', async () => {
    const path = await archive(
      entry({ path: 'a.png' }, new Uint8Array(600)),
      entry({ path: 'b.png' }, new Uint8Array(600)),
    );
    await truncate(path, 1536 + 512 + 100);
    await expect(tarSource(path)).rejects.toThrow(
      new ImageError(`Cannot read the archive "${path}" as the entry "b.png" is cut short at byte 2148`),
    );
    await truncate(path, 1536 + 100);
    await expect(tarSource(path)).rejects.toThrow(
      new ImageError(`Cannot read the archive "${path}" as it is cut short at byte 1536`),
    );
    await truncate(path, 0);
    await expect(tarSource(path)).rejects.toThrow(
      new ImageError(`Cannot read the archive "${path}" as it is cut short at byte 0`),
    );
  });

  it('says when a file is not an archive, or a compressed one', async () => {
    const path = await archive(Buffer.alloc(2000, 'x'));
    await expect(tarSource(path)).rejects.toThrow(
      new ImageError(`Cannot read the archive "${path}" as there is no valid tar header at byte 0`),
    );
    const compressed = `${await archive()}.gz`;
    await writeFile(compressed, gzipSync(entry({ path: 'a.png' }, await grey(0))));
    await expect(openImages(compressed)).rejects.toThrow(
      new ImageError(
        `Cannot read the archive "${compressed}" as it is compressed: unpack it to a plain .tar first, with "gunzip"`,
      ),
    );
  });

  it('refuses an extended header that is too long, and a size that is none', async () => {
    const path = await archive(
      entry({ path: 'x', type: 'ExtendedHeader' }, new Uint8Array(1024 * 1024 + 1)),
      END,
    );
    await expect(tarSource(path)).rejects.toThrow(
      new ImageError(`Cannot read the archive "${path}" as an extended header has 1048577 bytes at byte 0`),
    );
    const broken = entry({ path: 'a.png' });
    broken.fill(0xff, 124, 136);
    await expect(tarSource(await archive(broken, END))).rejects.toThrow(ImageError);
  });

  it('says when there is no archive, or no picture in it', async () => {
    const missing = join(await temporaryFolder(), 'none.tar');
    await expect(tarSource(missing)).rejects.toThrow(
      new ImageError(
        `Cannot read the archive "${missing}": ENOENT: no such file or directory, open '${missing}'`,
      ),
    );
    const path = await archive(entry({ path: 'a.txt' }, new Uint8Array(3)), END);
    await expect(tarSource(path)).rejects.toThrow(
      new ImageError(
        `Cannot find a picture in the archive "${path}": looked for ${EXTENSIONS} among 1 files`,
      ),
    );
  });

  it('names the picture that cannot be read', async () => {
    const path = await archive(
      entry({ path: 'a.png' }, Buffer.from('text')),
      entry({ path: 'b.png' }, await grey(0)),
      END,
    );
    const source = await tarSource(path);
    await expect(source.read(0)).rejects.toThrow(
      new ImageError('Cannot decode "a.png": Input buffer contains unsupported image format'),
    );
    await expect(source.read(2)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be below 2: current value is 2"),
    );
    await truncate(path, 1536 + 20);
    await expect(source.read(1)).rejects.toThrow(
      new ImageError(`Cannot read "b.png" as the archive "${path}" was cut short since it was opened`),
    );
  });

  it('answers every damage of a header with an ImageError or an archive', async () => {
    const whole = Buffer.concat([
      entry({ path: 'a.png' }, await grey(0)),
      entry({ path: 'b.png' }, await grey(1)),
      END,
    ]);
    const path = await archive();
    const outcomes: unknown[] = [];
    for (let place = 0; place < 512; place += 3) {
      const damaged = Buffer.from(whole);
      damaged[place]! ^= 0xff;
      await writeFile(path, damaged);
      outcomes.push(
        await tarSource(path).then(
          () => 'opened',
          (error: unknown) => error,
        ),
      );
    }
    expect(outcomes.filter((outcome) => outcome !== 'opened' && !(outcome instanceof ImageError))).toEqual(
      [],
    );
    await appendFile(path, END);
    expect((await readFile(path)).length).toBe(whole.length + END.length);
  });
});
