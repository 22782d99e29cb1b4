/**
 * Compiles the SIMD kernels of the wasm backend and writes them, as text, into src/backends/wasm/simd/binary.ts.
 *
 *     npx tsx tools/buildSimd.ts        needs clang and wasm-ld (apt-get install clang lld)
 *
 * The same compiler gives the same bytes. They were made by Debian clang 14.0.6.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../src/backends/wasm/simd/', import.meta.url));
/** In the order of their names, which the digest follows. */
const SOURCES = readdirSync(FOLDER)
  .filter((name) => /\.[ch]$/.test(name))
  .toSorted();
const COMPILE = [
  '--target=wasm32',
  '-msimd128',
  '-O2',
  '-fno-vectorize',
  '-fno-slp-vectorize',
  '-fno-unroll-loops',
  '-ffreestanding',
  '-nostdlib',
  '-Wall',
  '-Wextra',
  '-Werror',
];
const LINK = ['-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--strip-all'];

/** The kernels work in foreign memory, where they own no stack and no data. */
function assertNoMemoryOfItsOwn(object: Buffer): void {
  if (object.includes('__stack_pointer') || object.includes('.rodata') || object.includes('.data')) {
    throw new Error('The kernels use a stack or data of their own');
  }
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'simd-'));
  const binary = join(folder, 'kernels.wasm');
  const objects = SOURCES.filter((name) => name.endsWith('.c')).map((name) => {
    const object = join(folder, `${name}.o`);
    execFileSync('clang', [...COMPILE, '-c', join(FOLDER, name), '-o', object], { stdio: 'inherit' });
    assertNoMemoryOfItsOwn(readFileSync(object));
    return object;
  });
  execFileSync('clang', [...COMPILE, ...LINK, ...objects, '-o', binary], { stdio: 'inherit' });
  const bytes = readFileSync(binary);
  const digest = createHash('sha256');
  for (const name of SOURCES) digest.update(readFileSync(join(FOLDER, name)));
  const lines = bytes.toString('base64').match(/.{1,120}/g)!;
  writeFileSync(
    join(FOLDER, 'binary.ts'),
    `// Made by tools/buildSimd.ts. Do not edit: change the sources in C and build again.\n\n` +
      `/** SHA-256 of the sources that the binary was compiled from, one after the other. */\n` +
      `export const SIMD_SOURCE_SHA256 = '${digest.digest('hex')}';\n\n` +
      `/** The WebAssembly module in base64. */\n` +
      `export const SIMD_BINARY =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  );
  rmSync(folder, { recursive: true });
  process.stdout.write(`${bytes.length} bytes\n`);
}

main();
