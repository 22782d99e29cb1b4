import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fileSink } from '../../src/node/fileSink.js';
import { temporaryFolder } from './temporaryFolder.js';

describe('fileSink()', () => {
  it('appends text and bytes in the order they were passed', async () => {
    const path = join(await temporaryFolder(), 'runs', '1', 'log.csv');
    const sink = fileSink(path);
    await Promise.all(['a', Uint8Array.of(98), 'ç'.repeat(50_000), 'd'].map(sink.write));
    await sink.close();
    expect(await readFile(path, 'utf8')).toBe(`ab${'ç'.repeat(50_000)}d`);
  });

  it('goes on where an earlier sink stopped', async () => {
    const path = join(await temporaryFolder(), 'log');
    for (const text of ['one\n', 'two\n']) {
      const sink = fileSink(path);
      await sink.write(text);
      await sink.close();
    }
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('makes no file when nothing is written, and closes after what was passed', async () => {
    const path = join(await temporaryFolder(), 'log');
    const unused = fileSink(path);
    await unused.close();
    expect(existsSync(path)).toBe(false);
    const sink = fileSink(path);
    const written = sink.write('x');
    await sink.close();
    await sink.close();
    await written;
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  it('says when it was closed', async () => {
    const path = join(await temporaryFolder(), 'log');
    const sink = fileSink(path);
    await sink.close();
    await expect(sink.write('x')).rejects.toThrow(
      new Error(`Cannot write to "${path}" as the file was closed`),
    );
  });

  it.runIf(existsSync('/dev/full'))('passes on that the disk is full, at each write', async () => {
    const sink = fileSink('/dev/full');
    await expect(sink.write('x')).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(sink.write('y')).rejects.toMatchObject({ code: 'ENOSPC' });
    await sink.close();
  });
});
