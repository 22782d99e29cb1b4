import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';

import { create } from 'tar';
import { beforeAll, describe, expect, it } from 'vitest';

import { type CommandSpec, parseArguments } from '../../src/cli/arguments.js';
import { commandOf, COMMANDS } from '../../src/cli/runCommand.js';
import { encodeImage } from '../../src/node/encodeImage.js';
import { modelFolder, pictureFolder } from '../cli/cliSupport.js';
import { grainy } from '../training/smallPictures.js';
import { type DocBlock, docBlocks, docPages, programsOf, ROOT, shellCommands } from './docBlocks.js';
import { runProgram } from './runProgram.js';
import { typeCheckBlocks } from './typeCheckBlocks.js';

const SPECS: readonly CommandSpec[] = COMMANDS.map(({ spec }) => spec);

let blocks: readonly DocBlock[];
let scripts: Readonly<Record<string, string>>;

beforeAll(async () => {
  blocks = await docBlocks();
  ({ scripts } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
    scripts: Record<string, string>;
  });
});

/** Words that stand for others: `<folder|tar>`, `[options]`. */
const isPlaceholder = (word: string): boolean => /^[<[]|[>\]]$|^…$/.test(word);

/** What is wrong with a call of polyhue; usage lines are checked for their command only. */
function problemOfPolyhue(words: readonly string[]): string | undefined {
  if (words.length === 0 || isPlaceholder(words[0]!) || words[0] === '--help') return undefined;
  try {
    const { command, rest } = commandOf(words);
    if (!rest.some(isPlaceholder)) parseArguments(command.spec, rest);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function problemOfNpm([verb, name]: readonly string[]): string | undefined {
  if (verb !== 'run' || scripts[name!] !== undefined) return undefined;
  return `there is no script "${name}"`;
}

/** What is wrong with a command of a shell block. */
function problemOf(words: readonly string[]): string | undefined {
  const [program, ...args] = words.filter((word) => !/^[A-Z_]+=/.test(word) && word !== 'npx');
  if (program === 'polyhue') return problemOfPolyhue(args);
  if (program === 'npm') return problemOfNpm(args);
  if (program !== 'tsx') return undefined;
  // A page of the tutorials is the program of the same name.
  const places = [args[0]!, `docs/tutorials/${args[0]!.replace(/\.ts$/, '.md')}`];
  return places.some((place) => existsSync(`${ROOT}${place}`)) ? undefined : `there is no file "${args[0]}"`;
}

function problemsOfShell({ page, line, code }: DocBlock): string[] {
  return shellCommands(code).flatMap((words) => {
    const problem = problemOf(words);
    return problem === undefined ? [] : [`${page}:${line}: ${words.join(' ')}: ${problem}`];
  });
}

/** Anchors of the headings of a page, as VitePress makes them. */
function anchorsOf(text: string): Set<string> {
  const headings = Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .normalize('NFKD')
        .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
        .replaceAll(/^-|-$/g, '')
        .toLowerCase(),
    ),
  );
}

/** A block with two mistakes, to see that they are found. */
const WRONG: DocBlock = {
  page: 'docs/wrong.md',
  language: 'ts',
  line: 5,
  code: "import { colorize } from 'polyhue';\nphoto.widht;",
};

/** Blocks that need a browser, a GPU, a package that tests do not have, a file of somebody else or Redis; or would turn off kernels. */
const NOT_RUN = /redis:|polyhue\/(browser|worker)|webgpu|tfjs-node|\.pth|pcomp|POLYHUE_|document\./;

/** What blocks read: photos to train on, one to color, photos to measure by, a model. */
async function folderForBlocks(): Promise<string> {
  await mkdir(`${ROOT}out`, { recursive: true });
  // In the folder of the package, so that imports of packages are found.
  const folder = await mkdtemp(`${ROOT}out/docs-`);
  await pictureFolder(join(folder, 'photos'), 4);
  await create({ cwd: join(folder, 'photos'), file: join(folder, 'held-out.tar') }, ['0.png', '1.png']);
  const portrait = await encodeImage(grainy(400, [150, 90, 70], 1), { format: 'jpeg' });
  await writeFile(join(folder, 'grandma.jpg'), portrait);
  await modelFolder(join(folder, 'my-model'));
  return folder;
}

describe('TypeScript on the pages', { timeout: 300_000 }, () => {
  it('fits the types of the package, and what does not is found by page and line', () => {
    const typed = programsOf(blocks);
    expect(typed.length).toBeGreaterThan(15);
    expect(typeCheckBlocks([...typed, WRONG])).toEqual([
      expect.stringMatching(/^docs\/wrong\.md:5: .*no exported member named 'colorize'/),
      expect.stringMatching(/^docs\/wrong\.md:6: .*'widht' does not exist/),
    ]);
  });

  it('runs, where it can run here', async () => {
    const folder = await folderForBlocks();
    try {
      const able = programsOf(blocks).filter(({ code }) => !NOT_RUN.test(code));
      const paths = able.map(({ page, line }) => join(folder, `${page.replaceAll('/', '_')}_${line}.ts`));
      // A little is enough to see that training works.
      const codes = able.map(({ code }) =>
        code.replaceAll(/epochs: \d+/g, 'epochs: 1').replaceAll(/(steps: |STEPS = )\d+/g, '$12'),
      );
      await Promise.all(paths.map(async (path, i) => writeFile(path, codes[i]!)));
      const program = new URL('runDocBlocks.ts', import.meta.url);
      const { stdout } = await runProgram(program, [folder, ...paths], {
        TSX_TSCONFIG_PATH: `${ROOT}tsconfig.json`,
        // Threads that blocks start run TypeScript too.
        NODE_OPTIONS: `--import ${pathToFileURL(`${ROOT}tools/tsxEverywhere.mjs`).href}`,
      });
      const lines = stdout.split('\n').filter((line) => /^(ran|failed) /.test(line));
      expect(lines).toEqual(paths.map((path) => `ran ${path}`));
      expect(lines.length).toBeGreaterThan(8);
      expect(await readdir(folder)).toContain('grandma.5.png');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('blocks of a tutorial', () => {
  it('are one program whose lines are where they are on the page', () => {
    const part = (line: number, code: string): DocBlock => ({
      page: 'docs/tutorials/x.md',
      language: 'ts',
      line,
      code,
    });
    const [program, ...others] = programsOf([part(5, 'one;\ntwo;'), part(9, 'three;'), part(20, 'four;')]);
    expect(others).toEqual([]);
    const lines = program!.code.split('\n');
    expect([5, 6, 9, 20].map((line) => lines[line - 5])).toEqual(['one;', 'two;', 'three;', 'four;']);
  });
});

describe('shell commands on the pages', () => {
  it('have commands, options, scripts and files that there are', () => {
    const shell = blocks.filter(({ language }) => language === 'sh');
    const calls = shell
      .flatMap(({ code }) => shellCommands(code))
      .filter((words) => words.includes('polyhue'));
    expect(calls.length).toBeGreaterThan(15);
    expect(shell.flatMap(problemsOfShell)).toEqual([]);
  });

  it.each([
    ['polyhue colour photo.jpg', 'There is no command "colour"'],
    ['npx polyhue train photos --out m --epoch 3 # a comment', "Unknown option '--epoch'"],
    ['npm ci && npm run nothing', 'there is no script "nothing"'],
    ['STEPS=2 npx tsx examples/nothing.ts', 'there is no file "examples/nothing.ts"'],
  ])('are found to be wrong: %s', (code, problem) => {
    expect(problemsOfShell({ page: 'wrong.md', language: 'sh', line: 1, code })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('are explained with all their options', async () => {
    const page = await readFile(`${ROOT}docs/command-line.md`, 'utf8');
    const sections = page.split(/^## polyhue /m).slice(1);
    expect(sections.length).toBeGreaterThan(4);
    for (const section of sections) {
      // A section of several commands says where their options are.
      const spec = SPECS.find((one) => section.startsWith(`${one.name}\n`));
      if (spec === undefined) continue;
      const { name, options } = spec;
      const explained = Array.from(section.matchAll(/^\| `--([\w-]+)/gm), ([, option]) => option!);
      const there = Object.keys(options).filter((option) => option !== 'help');
      expect({ name, options: explained.toSorted() }).toEqual({ name, options: there.toSorted() });
    }
  });
});

describe('links on the pages', () => {
  it('lead to pages that there are', async () => {
    const pages = await docPages();
    const texts = await Promise.all(pages.map(async (page) => readFile(`${ROOT}${page}`, 'utf8')));
    const broken = pages.flatMap((page, i) =>
      Array.from(texts[i]!.matchAll(/\]\((?!https?:|#)([^)\s#]+)[^)]*\)/g), ([, path]) => path!)
        // The reference is made by TypeDoc when the site is built.
        .filter((path) => !path.includes('/api/'))
        .filter((path) =>
          ['', '.md'].every((end) => !existsSync(new URL(path + end, `file://${ROOT}${page}`))),
        )
        .map((path) => `${page}: ${path}`),
    );
    expect(broken).toEqual([]);
  });

  it('lead to headings that there are', async () => {
    const pages = await docPages();
    const texts = new Map<string, string>();
    for (const page of pages) texts.set(page, await readFile(`${ROOT}${page}`, 'utf8'));
    const broken = pages.flatMap((page) =>
      Array.from(texts.get(page)!.matchAll(/\]\((?!https?:)([^)\s#]*)#([^)\s]+)\)/g)).flatMap(
        ([, path, anchor]) => {
          const target = path === '' ? page : posix.join(posix.dirname(page), path!);
          const text = texts.get(target);
          return text === undefined || anchorsOf(text).has(anchor!) ? [] : [`${page}: ${path}#${anchor}`];
        },
      ),
    );
    expect(broken).toEqual([]);
  });

  it.each([
    ['## The kernels of `polyhue/wasm`', 'the-kernels-of-polyhue-wasm'],
    ['# What TensorFlow.js gets wrong', 'what-tensorflow-js-gets-wrong'],
  ])('has the anchor of VitePress for %s', (heading, anchor) => {
    expect([...anchorsOf(heading)]).toEqual([anchor]);
  });
});
