import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from './docBlocks.js';
import { canBeMade, GAP, sourceTexts, type TextPattern, textPatterns } from './sourceTexts.js';

let patterns: readonly TextPattern[];

beforeAll(async () => {
  patterns = textPatterns(await sourceTexts());
});

/** Messages that the page quotes: first cells of its tables that are all code. Those of others say whose they are. */
async function quotedMessages(): Promise<string[]> {
  const page = await readFile(`${ROOT}docs/errors.md`, 'utf8');
  return Array.from(page.matchAll(/^\| `([^`]+)` +\|/gm), ([, message]) => message!).filter((message) =>
    message.includes(' '),
  );
}

describe('docs/errors.md', () => {
  it('quotes messages that the sources can still print', async () => {
    const messages = await quotedMessages();
    expect(messages.length).toBeGreaterThan(45);
    expect(messages.filter((message) => !canBeMade(message, patterns))).toEqual([]);
  });

  it.each([
    'Cannot decode "…" as it is vacant',
    'Cannot colorize as \'count\' must be at most …, the number of parts, in mode "modes": current value is …',
    'Cannot load the checkpoint "…" as it has no polyhue.json: nothing was stored there',
  ])('would not quote a message that was changed: %s', (message) => {
    expect(canBeMade(message, patterns)).toBe(false);
  });

  it('finds what is put into a text', () => {
    const own = textPatterns([`Cannot ${GAP} as ${GAP}`, 'paint a photo', `it has ${GAP} pixels`]);
    expect(canBeMade('Cannot paint a photo as it has 3 pixels', own)).toBe(true);
    expect(canBeMade('Cannot paint a photo as it has 3 colors', own)).toBe(false);
  });
});
