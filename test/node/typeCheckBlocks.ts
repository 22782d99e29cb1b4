import ts from 'typescript';

import { type DocBlock, ROOT } from './docBlocks.js';

/**
 * What blocks may take for given: a fragment about `photo` need not say where it comes from. Blocks are modules, so that what one
 * declares or imports itself hides the name here. `runDocBlocks.ts` gives the names that can be had in Node their values.
 */
const PREAMBLE: DocBlock = {
  page: 'preamble',
  language: 'ts',
  line: 1,
  code: `
    declare const tf: typeof import('@tensorflow/tfjs-core');
    declare const photo: import('polyhue').RasterImage;
    declare const colorizer: import('polyhue').Colorizer;
    declare const models: import('polyhue').ColorizerModels;
    declare const source: import('polyhue').ImageSource;
    declare const file: File;
    declare const files: readonly File[];
    declare const input: HTMLInputElement;
    declare const canvas: { getContext(kind: '2d'): CanvasRenderingContext2D } & HTMLCanvasElement;
    declare const controller: AbortController;
    declare module '@tensorflow/tfjs-node';
  `,
};

/** What a strict project of a user has; stricter rules of ours would only make the pages longer. */
const RULES: ts.CompilerOptions = {
  noUncheckedIndexedAccess: false,
  exactOptionalPropertyTypes: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  verbatimModuleSyntax: false,
  isolatedModules: false,
};

/** Where the compiler believes a block to be: in the folder of the package, so that imports are found. */
const pathOf = ({ page, line }: DocBlock): string =>
  page === PREAMBLE.page ? `${ROOT}preamble.d.ts` : `${ROOT}${page.replaceAll('/', '_')}_${line}.ts`;

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  return { ...ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT).options, ...RULES };
}

/**
 * Checks blocks of TypeScript against the types of the package, all in one program.
 *
 * @returns What is wrong, each as `PAGE:LINE: message`; empty where nothing is.
 */
export function typeCheckBlocks(blocks: readonly DocBlock[]): string[] {
  const byPath = new Map([PREAMBLE, ...blocks].map((block) => [pathOf(block), block]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  // The compiler's own answers, for all other files.
  const files = ts.createCompilerHost(options);
  host.fileExists = (path) => byPath.has(path) || files.fileExists(path);
  host.readFile = (path) => byPath.get(path)?.code ?? files.readFile(path);
  host.getSourceFile = (path, target) => {
    const block = byPath.get(path);
    // The empty export makes a module of a block that imports nothing, so that it may await and its names are its own.
    if (block === undefined) return files.getSourceFile(path, target);
    return ts.createSourceFile(path, block === PREAMBLE ? block.code : `${block.code}\nexport {};\n`, target);
  };
  const program = ts.createProgram([...byPath.keys()], options, host);
  const places = [...byPath].map(([path, block]) => [program.getSourceFile(path)!, block] as const);
  return places.flatMap(([file, { page, line }]) =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start = 0, messageText }) => {
        const at = line + file.getLineAndCharacterOfPosition(start).line;
        return `${page}:${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    ),
  );
}
