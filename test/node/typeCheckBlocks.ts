import ts from 'typescript';

import { type DocBlock, ROOT } from './docBlocks.js';

const PREAMBLE = `${ROOT}test/node/docPreamble.d.ts`;

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
const pathOf = ({ page, line }: DocBlock): string => `${ROOT}${page.replaceAll('/', '_')}_${line}.ts`;

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
  const byPath = new Map(blocks.map((block) => [pathOf(block), block]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => byPath.has(path) || fileExists(path);
  host.readFile = (path) => byPath.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const block = byPath.get(path);
    // The empty export makes a module of a block that imports nothing, so that it may await and its names are its own.
    return block === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, `${block.code}\nexport {};\n`, target);
  };
  const program = ts.createProgram([PREAMBLE, ...byPath.keys()], options, host);
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
