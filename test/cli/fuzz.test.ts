import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { decodeImage } from '../../src/node/decodeImage.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, modelFolder, polyhue } from './cliSupport.js';
import { writeOddPictures } from './oddPictures.js';

/** `FUZZ_PICTURES` and `FUZZ_SEED` ask for more, or others; see `npm run fuzz`. */
const COUNT = Number(process.env['FUZZ_PICTURES'] ?? 1000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 0);

describe('polyhue colorize, odd and damaged pictures', () => {
  it(
    `has one line for each of ${COUNT}, and whole results or none`,
    { timeout: 60_000 + COUNT * 300 },
    async () => {
      const root = await temporaryFolder();
      const [odd, out] = [join(root, 'odd'), join(root, 'out')];
      await mkdir(odd);
      const names = await writeOddPictures(odd, COUNT, SEED);
      const model = await modelFolder(join(root, 'model'));
      const { code, stdout, stderr } = await polyhue(
        [
          'colorize',
          odd,
          '--model',
          model,
          '--out',
          out,
          '--backend',
          'wasm',
          '--count',
          '1',
          '--json',
        ].concat(['--keep-metadata', '--format', 'webp', '--quality', '80']),
      );
      expect(code).toBe(1);
      const lines = jsonLines(stdout);
      expect(lines.map(({ input }) => String(input)).toSorted()).toEqual(
        names.map((name) => join(odd, name)).toSorted(),
      );
      const errors = lines.flatMap(({ error }) => (typeof error === 'string' ? [error] : []));
      for (const error of errors) {
        expect(error).toMatch(/^Cannot (decode|read|color|encode) [^\n]+$/);
        expect(stderr).toContain(`${error}\n`);
      }
      // Both kinds are there in numbers.
      expect(errors.length).toBeGreaterThan(COUNT / 10);
      expect(lines.length - errors.length).toBeGreaterThan(COUNT / 10);

      const files = await readdir(out);
      expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([]);
      const records = files.filter((file) => file.endsWith('.json'));
      expect(records).toHaveLength(lines.length - errors.length);
      expect(files).toHaveLength(2 * records.length);
      for (const name of records) {
        const { width, height, files } = JSON.parse(await readFile(join(out, name), 'utf8')) as {
          width: number;
          height: number;
          files: string[];
        };
        expect(await decodeImage(join(out, files[0]!))).toMatchObject({ width, height });
      }
    },
  );
});
