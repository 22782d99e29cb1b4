import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fileStorage } from '../../src/queue/storage/fileStorage.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { collect } from './collect.js';

const LIMIT = { maxBytes: 100 };

async function folderAndOutside() {
  const folder = await temporaryFolder();
  const [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
  await mkdir(root);
  await mkdir(outside);
  return { root, outside, storage: fileStorage(root) };
}

describe('fileStorage()', () => {
  it('lists the pictures of all folders and reads them', async () => {
    const { root, storage } = await folderAndOutside();
    await mkdir(join(root, 'a/b'), { recursive: true });
    for (const name of ['a/b/1.jpg', '2.PNG', 'note.txt', '.hidden.jpg'])
      await writeFile(join(root, name), name);
    expect((await collect(storage.list())).toSorted()).toEqual(['2.PNG', 'a/b/1.jpg']);
    expect(String(Buffer.from((await storage.read('a/b/1.jpg', LIMIT))!))).toBe('a/b/1.jpg');
    expect(await storage.read('gone.jpg', LIMIT)).toBeUndefined();
    await expect(storage.read('a', LIMIT)).rejects.toThrow('Cannot read "a" as it is not a file');
    await expect(storage.read('a/b/1.jpg', { maxBytes: 8 })).rejects.toThrow(
      'Cannot read "a/b/1.jpg" as it has 9 bytes: at most 8 are read',
    );
  });

  it('takes a root that has gone for a fault of the worker, not of the photo', async () => {
    const { root, storage } = await folderAndOutside();
    await rm(root, { recursive: true });
    await expect(storage.read('1.jpg', LIMIT)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(storage.check('read')).rejects.toThrow(/^Cannot read the folder ".*root": ENOENT/);
  });

  it('reads and writes nothing outside, whatever links and names say', async () => {
    const { root, outside, storage } = await folderAndOutside();
    await writeFile(join(outside, 'secret.jpg'), 'secret');
    await symlink(join(outside, 'secret.jpg'), join(root, 'link.jpg'));
    await symlink(outside, join(root, 'folder'));
    await expect(storage.read('link.jpg', LIMIT)).rejects.toThrow('as a link in its path leads out of');
    await expect(storage.read('folder/secret.jpg', LIMIT)).rejects.toThrow('leads out of');
    await expect(storage.read('../outside/secret.jpg', LIMIT)).rejects.toThrow('leads out of the root');
    for (const name of ['folder/new.png', 'folder/deep/new.png', '../new.png', '/new.png']) {
      const batch = storage.begin();
      await expect(batch.add({ name, content: 'x' })).rejects.toThrow(/root|leads out of/);
    }
    expect(await readdir(outside)).toEqual(['secret.jpg']);
  });

  it('refuses paths that no file can have, once and for all', async () => {
    const { root, storage } = await folderAndOutside();
    await symlink('loop', join(root, 'loop'));
    for (const name of ['x'.repeat(300), 'loop/x', `${'a/'.repeat(2000)}x`.repeat(1000)]) {
      const refusal = { name: 'PhotoRefusedError' };
      await expect(storage.read(name, LIMIT)).rejects.toMatchObject(refusal);
      await expect(storage.begin().add({ name, content: 'x' })).rejects.toMatchObject(refusal);
    }
    await expect(storage.read('loop/x', LIMIT)).rejects.toThrow('Cannot use "loop/x": ELOOP');
  });

  it('lets files appear together, or not at all', async () => {
    const { root, storage } = await folderAndOutside();
    const batch = storage.begin();
    await batch.add({ name: 'a/1.png', content: 'x' });
    await batch.add({ name: 'a/1.json', content: 'y' });
    const isHidden = (name: string) => name.startsWith('.');
    expect((await readdir(join(root, 'a'))).every(isHidden)).toBe(true);
    await batch.commit();
    expect((await readdir(join(root, 'a'))).toSorted()).toEqual(['1.json', '1.png']);
    const other = storage.begin();
    await other.add({ name: 'a/2.png', content: 'x' });
    await other.discard();
    expect(await readdir(join(root, 'a'))).toHaveLength(2);
  });

  it('knows the lines of all workers, and none that was cut off', async () => {
    const { root, storage } = await folderAndOutside();
    const [one, two] = [storage.openLog('one'), storage.openLog('two')];
    expect(await one.has('a')).toBe(false);
    await one.append('a', '{"id":"a"}');
    expect(await two.has('a')).toBe(true);
    await appendFile(join(root, 'manifest/one.jsonl'), '{"id":"b","input":"b.');
    expect(await one.has('b')).toBe(false);
    await one.append('b', '{"id":"b","input":"b.jpg"}');
    expect(await one.has('b')).toBe(true);
    const lines = (await readFile(join(root, 'manifest/one.jsonl'), 'utf8')).split('\n');
    expect(lines).toEqual(['{"id":"a"}', '{"id":"b","input":"b.', '{"id":"b","input":"b.jpg"}', '']);
  });
});
