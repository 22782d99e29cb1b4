import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A block of code of a page. */
export interface DocBlock {
  /** Page, from the folder of the package. */
  readonly page: string;
  /** Language behind the fence. */
  readonly language: string;
  /** Number of its first line in the page, from 1. */
  readonly line: number;
  readonly code: string;
}

/** README.md, the pages of the site that are written by hand, and those beside examples and models. */
export async function docPages(): Promise<string[]> {
  const found: string[] = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', 'checkpoints/README.md'];
  for (const name of await readdir(`${ROOT}docs`, { recursive: true }))
    if (/^(?!api\/|\.vitepress\/).*\.md$/.test(name)) found.push(`docs/${name}`);
  return found.toSorted();
}

/** The blocks between fences of a page, in their order. */
function blocksOf(page: string, text: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\w+)/.exec(lines[i]!);
    if (fence === null) continue;
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`${page}:${i + 1} opens a block that does not end`);
    blocks.push({ page, language: fence[1]!, line: i + 2, code: lines.slice(i + 1, end).join('\n') });
    i = end;
  }
  return blocks;
}

/** All blocks of all pages. */
export async function docBlocks(): Promise<DocBlock[]> {
  const pages = await docPages();
  const texts = await Promise.all(pages.map((page) => readFile(`${ROOT}${page}`, 'utf8')));
  return pages.flatMap((page, i) => blocksOf(page, texts[i]!));
}

/** The TypeScript of a page as one block; between its parts are as many empty lines as the text takes. */
function joinBlocks(parts: readonly DocBlock[]): DocBlock {
  const [first] = parts;
  const code = parts.reduce((text, part) => {
    const written = text === '' ? 0 : text.split('\n').length;
    return text + '\n'.repeat(part.line - first!.line - Math.max(0, written - 1)) + part.code;
  }, '');
  return { ...first!, code };
}

/**
 * The programs on the pages: a block each, but the blocks of a tutorial continue each other and are one.
 *
 * @param blocks All blocks, in the order of the pages.
 */
export function programsOf(blocks: readonly DocBlock[]): DocBlock[] {
  const typed = blocks.filter(({ language }) => language === 'ts');
  const isTutorial = ({ page }: DocBlock): boolean => page.startsWith('docs/tutorials/');
  const tutorials = new Set(typed.filter(isTutorial).map(({ page }) => page));
  return [
    ...typed.filter((block) => !isTutorial(block)),
    ...Array.from(tutorials, (tutorial) => joinBlocks(typed.filter(({ page }) => page === tutorial))),
  ];
}

/** Commands of a shell block, each as its words: comments are left out and quotes taken off. */
export function shellCommands(code: string): string[][] {
  return code
    .replaceAll(/\\\n/g, ' ')
    .split(/\n|&&|\|/)
    .map((line) =>
      Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(#.*)|([^\s"'#][^\s]*)|(#\S+)/g))
        .filter(([, , , comment]) => comment === undefined)
        .map(([word, double, single]) => double ?? single ?? word),
    )
    .filter((words) => words.length > 0);
}
