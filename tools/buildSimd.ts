/**
 * Compiles the SIMD kernels of the wasm backend and writes them, as text, into src/backends/wasm/simd/binary.ts.
 *
 *     npx tsx tools/buildSimd.ts        needs clang and wasm-ld (apt-get install clang lld)
 *
 * The same compiler gives the same bytes. They were made by Debian clang 14.0.6.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../src/backends/wasm/simd/', import.meta.url));
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
  const source = join(FOLDER, 'kernels.c');
  const folder = mkdtempSync(join(tmpdir(), 'simd-'));
  const [object, binary] = [join(folder, 'kernels.o'), join(folder, 'kernels.wasm')];
  execFileSync('clang', [...COMPILE, '-c', source, '-o', object], { stdio: 'inherit' });
  assertNoMemoryOfItsOwn(readFileSync(object));
  execFileSync('clang', [...COMPILE, ...LINK, object, '-o', binary], { stdio: 'inherit' });
  const bytes = readFileSync(binary);
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex');
  const lines = bytes.toString('base64').match(/.{1,120}/g)!;
  writeFileSync(
    join(FOLDER, 'binary.ts'),
    `// Made by tools/buildSimd.ts. Do not edit: change kernels.c and build again.\n\n` +
      `/** SHA-256 of the kernels.c that the binary was compiled from. */\n` +
      `export const SIMD_SOURCE_SHA256 = '${digest}';\n\n` +
      `/** The WebAssembly module in base64. */\n` +
      `export const SIMD_BINARY =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  );
  rmSync(folder, { recursive: true });
  process.stdout.write(`${bytes.length} bytes\n`);
}

main();
