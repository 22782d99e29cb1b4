import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { PICTURE_EXTENSION_LIST } from '../../src/node/pictureNames.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

describe('docs/files.md', () => {
  it('lists the endings that are looked for, each kind with a picture that tests read', async () => {
    const guide = await readFile(pathOf('docs/files.md'), 'utf8');
    const table = guide.slice(guide.indexOf('## Pictures that are read'), guide.indexOf('Tests read each'));
    const rows = Array.from(table.matchAll(/^\| (?!kind|-)\S+ +\| ([^|]+)\|/gm), ([, endings]) =>
      Array.from(endings!.matchAll(/`(\w+)`/g), ([, ending]) => ending!),
    );
    expect(rows.flat().toSorted()).toEqual(PICTURE_EXTENSION_LIST.split(', ').toSorted());
    const files = await readdir(pathOf('test/fixtures/pictures'));
    for (const endings of rows)
      expect(files.some((file) => endings.some((ending) => file.endsWith(`.${ending}`)))).toBe(true);
  });
});
