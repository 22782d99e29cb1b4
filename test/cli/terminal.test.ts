import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../node/temporaryFolder.js';
import { modelFolder, polyhue } from './cliSupport.js';

describe('the terminal', () => {
  it('is told names of files without what it would obey', async () => {
    const root = await temporaryFolder();
    const model = await modelFolder(join(root, 'model'));
    const paths = ['red\u001b[31m.jpg', 'title\u009b2J.jpg'].map((name) => join(root, name));
    await Promise.all(paths.map(async (path) => writeFile(path, 'no picture')));
    const options = ['--model', model, '--out', join(root, 'out'), '--backend', 'wasm'];
    const { code, stderr } = await polyhue(['colorize', ...options, ...paths]);
    expect(code).toBe(1);
    expect(stderr).toContain('red\uFFFD[31m.jpg');
    expect(stderr).toContain('title\uFFFD2J.jpg');
    expect(Array.from('\u001b\u009b', (control) => stderr.includes(control))).toEqual([false, false]);
  });
});
