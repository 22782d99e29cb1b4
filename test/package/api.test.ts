import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

/** Source of each entry of the package. */
const ENTRIES = {
  '.': 'src/index.ts',
  './node': 'src/node/index.ts',
  './browser': 'src/browser/index.ts',
  './worker': 'src/worker/index.ts',
  './wasm': 'src/backends/wasm/index.ts',
  './metrics': 'src/evaluation/index.ts',
  './interchange': 'src/interchange/index.ts',
  './capabilities': 'src/capabilities/index.ts',
  './queue': 'src/queue/index.ts',
  './model': 'src/model.ts',
};

type Entry = keyof typeof ENTRIES;

const pathOf = (name: string): string => fileURLToPath(new URL(name, ROOT));

/** What each entry exports: values and types, in alphabetical order. */
function exportsOfEntries(): Record<Entry, { values: string[]; types: string[] }> {
  const { config } = ts.readConfigFile(pathOf('tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, pathOf('.'));
  const program = ts.createProgram(Object.values(ENTRIES).map(pathOf), options);
  const checker = program.getTypeChecker();
  const entries = Object.entries(ENTRIES).map(([entry, source]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(pathOf(source))!)!;
    const symbols = checker.getExportsOfModule(module).map((symbol) => ({
      name: symbol.name,
      flags: (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).flags,
    }));
    const named = (isValue: boolean) =>
      symbols
        .filter(({ flags }) => Boolean(flags & ts.SymbolFlags.Value) === isValue)
        .map(({ name }) => name)
        .toSorted();
    return [entry, { values: named(true), types: named(false) }];
  });
  return Object.fromEntries(entries) as Record<Entry, { values: string[]; types: string[] }>;
}

/** Runs a module in a process of its own and returns what it writes. */
async function runModule(code: string): Promise<string> {
  const args = ['--import', 'tsx', '--input-type', 'module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(ROOT) });
  return stdout;
}

describe('the package', () => {
  it('exports the names of exports.json and no others, none by default', async () => {
    const listed = await readFile(new URL('exports.json', import.meta.url), 'utf8');
    const found = exportsOfEntries();
    expect(found).toEqual(JSON.parse(listed));
    for (const { values } of Object.values(found)) expect(values).not.toContain('default');
  }, 120_000);

  it('has an entry for each of its subpaths', async () => {
    const { exports } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    expect(Object.keys(exports)).toEqual([...Object.keys(ENTRIES), './checkpoints/*', './package.json']);
  });

  it('registers no backend and makes no tensor when its main and node entries are imported', async () => {
    const output = await runModule(`
      import * as tf from '@tensorflow/tfjs-core';
      await import('./src/index.ts');
      await import('./src/node/index.ts');
      console.log(JSON.stringify([tf.engine().backendNames(), tf.engine().state.numTensors]));
    `);
    expect(JSON.parse(output)).toEqual([[], 0]);
  });
});
