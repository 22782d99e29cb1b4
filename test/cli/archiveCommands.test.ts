import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../node/temporaryFolder.js';
import { type RedisServer, redisServer, WITHOUT_REDIS } from '../queue/redisServer.js';
import { jsonLines, modelFolder, pictureFolder, polyhue } from './cliSupport.js';

describe.skipIf(WITHOUT_REDIS)('polyhue archive', { timeout: 120_000 }, () => {
  let server: RedisServer;
  let queues = 0;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(async () => server.close());

  /** Runs commands on a queue of their own. */
  function archiveOf() {
    const place = ['--redis', server.url, '--queue', `cli-${queues++}`];
    return async (verb: string, ...args: string[]) => polyhue(['archive', verb, ...args, ...place]);
  }

  async function album(count: number): Promise<{ readonly root: string; readonly photos: string }> {
    const root = await temporaryFolder();
    return { root, photos: await pictureFolder(join(root, 'in'), count) };
  }

  it('colors what was put on the queue, once, and lists what cannot be colored', async () => {
    const archive = archiveOf();
    const { root, photos } = await album(2);
    await writeFile(join(photos, 'broken.png'), 'no picture');
    expect(await archive('enqueue', photos)).toMatchObject({
      code: 0,
      stdout: '3 photos added, 0 known before, 0 refused\n',
    });
    const again = await archive('enqueue', photos, '--json');
    expect(jsonLines(again.stdout)).toEqual([{ added: 0, known: 3, refused: 0 }]);
    expect((await archive('status')).stdout).toContain('0 of 3 done');

    const out = join(root, 'out');
    const settings = ['--count', '2', '--backend', 'wasm', '--until-done', '--json'];
    const model = await modelFolder(join(root, 'model'));
    const work = await archive('work', '--root', photos, '--out', out, '--model', model, ...settings);
    expect(work.code).toBe(1);
    const outcomes = jsonLines(work.stdout).map(({ kind, input }) => `${String(input)} ${String(kind)}`);
    expect(outcomes.toSorted()).toEqual(['0.png done', '1.png done', 'broken.png dead']);
    const files = ['0.png', '1.png'].flatMap((name) => [`${name}.1.png`, `${name}.2.png`, `${name}.json`]);
    expect((await readdir(out)).toSorted()).toEqual([...files, 'manifest']);
    const [log] = await readdir(join(out, 'manifest'));
    const lines = jsonLines(await readFile(join(out, 'manifest', log!), 'utf8'));
    expect(lines.map(({ input }) => String(input)).toSorted()).toEqual(['0.png', '1.png']);

    const [status] = jsonLines((await archive('status', '--json')).stdout);
    expect(status).toMatchObject({ done: 2, waiting: 0, active: 0, deadLetters: 1, isListing: false });
    expect((await archive('failed')).stdout).toMatch(/^broken\.png: Cannot decode "broken\.png".*\n$/);
    await copyFile(join(photos, '0.png'), join(photos, 'broken.png'));
    expect((await archive('failed', '--retry')).stdout).toBe('1 photos wait again\n');
    const mended = await archive('work', '--root', photos, '--out', out, '--model', model, ...settings);
    expect({ code: mended.code, lines: jsonLines(mended.stdout).length }).toEqual({ code: 0, lines: 1 });
    expect((await archive('failed')).stdout).toBe('');
  });

  it('pauses, resumes and drains', async () => {
    const archive = archiveOf();
    const { photos } = await album(3);
    await archive('enqueue', photos);
    expect((await archive('pause')).stdout).toBe('Paused\n');
    expect((await archive('status')).stdout).toMatch(/^0 of 3 done, .*, paused\n$/);
    expect((await archive('resume')).stdout).toBe('Resumed\n');
    expect((await archive('status')).stdout).not.toContain('paused');
    expect((await archive('drain')).stdout).toBe('3 photos taken out\n');
    expect((await archive('status')).stdout).toContain('0 of 0 done');
  });

  it('takes lists, and refuses what leads out of the archive', async () => {
    const archive = archiveOf();
    const root = await temporaryFolder();
    const list = join(root, 'photos.jsonl');
    await writeFile(
      list,
      ['{"input": "a.jpg"}', '../secret.jpg', 'file:///etc/passwd', '{"input"', '{"name": "x"}'].join('\n'),
    );
    const { code, stdout, stderr } = await archive('enqueue', list);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '1 photos added, 0 known before, 4 refused\n' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      'Cannot take the path "../secret.jpg" as it leads out of the root',
      'Cannot take the URL "file:///etc/passwd" as it is neither http nor https',
      `Line 4 of "${list}" is not JSON`,
      `Line 5 of "${list}" names no photo: looked for input, url, path, file`,
    ]);
  });

  it('passes over results of earlier runs in a folder', async () => {
    const archive = archiveOf();
    const { root, photos } = await album(2);
    const model = await modelFolder(join(root, 'model'));
    await polyhue([
      'colorize',
      photos,
      '--model',
      model,
      '--out',
      photos,
      '--count',
      '1',
      '--backend',
      'wasm',
    ]);
    expect((await readdir(photos)).length).toBeGreaterThan(4);
    expect((await archive('enqueue', photos)).stdout).toBe('2 photos added, 0 known before, 0 refused\n');
  });

  it('says what is wrong', async () => {
    const archive = archiveOf();
    const { root, photos } = await album(1);
    const none = await polyhue(['archive', 'status', '--redis', 'redis://127.0.0.1:1']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('Cannot open a queue as no Redis answers at redis://127.0.0.1:1');
    expect(await archive('enqueue')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Give one folder, bucket or list of photos'),
    });
    expect(await archive('work', photos, '--root', photos, '--out', root)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"polyhue archive enqueue" does'),
    });
    const missing = join(root, 'missing');
    expect(await archive('enqueue', missing)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Cannot open "${missing}"`),
    });
    await mkdir(join(root, 'out'));
    const lost = await archive('work', '--root', missing, '--out', join(root, 'out'));
    expect(lost.stderr).toContain(`Cannot read the folder "${missing}"`);
  });
});
