/** What it costs to import the package: time in a fresh process and bytes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { medianOf, type Times } from './measure.js';
import type { Table } from './report.js';

const ENTRIES = ['index', 'node', 'browser', 'wasm', 'metrics', 'cli'];
const PEERS = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
const RUNS = 7;

/** Time that `import(name)` takes in a process of its own, after the imports in `before`. */
async function importTimes(name: string, before: readonly string[]): Promise<Times> {
  const code = `
    for (const name of ${JSON.stringify(before)}) await import(name);
    const [wall, processor] = [performance.now(), process.cpuUsage()];
    await import(${JSON.stringify(name)});
    const { user, system } = process.cpuUsage(processor);
    console.log(JSON.stringify({ wallMs: performance.now() - wall, processorMs: (user + system) / 1000 }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type', 'module', '--eval', code]);
  return JSON.parse(stdout) as Times;
}

async function medianImport(name: string, before: readonly string[]): Promise<Times> {
  const times: Times[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await importTimes(name, before));
  return medianOf(times);
}

/** The files that an entry of dist loads when it is imported, itself included. */
async function filesOf(file: string, found = new Map<string, Buffer>()): Promise<Map<string, Buffer>> {
  if (found.has(file)) return found;
  const bytes = await readFile(`dist/${file}`);
  found.set(file, bytes);
  const imports = bytes.toString().matchAll(/^(?:import|export|\})[^;]*?["']\.\/([\w.-]+\.js)["'];$/gm);
  for (const [, next] of imports) await filesOf(next!, found);
  return found;
}

async function entryRow(entry: string) {
  const files = [...(await filesOf(`${entry}.js`)).values()];
  const all = Buffer.concat(files);
  // The command runs when it is imported.
  const times = entry === 'cli' ? null : await medianImport(`./dist/${entry}.js`, PEERS);
  return {
    entry,
    files: files.length,
    bytes: all.length,
    gzip: gzipSync(all).length,
    'import: processor ms': times?.processorMs ?? null,
    'import: wall ms': times?.wallMs ?? null,
  };
}

/** The entries as `npm run build` wrote them, not minified; TensorFlow.js, which they need, comes first and apart. */
export async function startupTables(): Promise<Table[]> {
  if (!existsSync('dist/index.js')) throw new Error('Cannot measure startup before "npm run build"');
  const core = await medianImport(PEERS[0]!, []);
  const layers = await medianImport(PEERS[1]!, [PEERS[0]!]);
  const peers = [
    { package: PEERS[0]!, 'import: processor ms': core.processorMs, 'import: wall ms': core.wallMs },
    { package: PEERS[1]!, 'import: processor ms': layers.processorMs, 'import: wall ms': layers.wallMs },
  ];
  const rows = [];
  for (const entry of ENTRIES) rows.push(await entryRow(entry));
  return [
    { title: 'Startup: TensorFlow.js', rows: peers },
    { title: 'Startup: entries of polyhue, TensorFlow.js loaded', rows },
  ];
}
