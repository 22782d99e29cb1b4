import { cp, mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Capabilities } from '../../src/capabilities/capabilities.js';
import { runProgram } from './runProgram.js';
import { temporaryFolder } from './temporaryFolder.js';

const REPORT = new URL('reportCapabilities.ts', import.meta.url);
const NO_GPU = { VK_ICD_FILENAMES: '/nonexistent' };

async function report(args: readonly string[]): Promise<Capabilities> {
  const { stdout } = await runProgram(REPORT, args, NO_GPU);
  return JSON.parse(stdout) as Capabilities;
}

/** Another copy of tfjs-core, which finds what it needs itself in the modules of the first. */
async function copyOfTfjs(folder: string): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
  const copy = join(folder, 'node_modules', '@tensorflow', 'tfjs-core', 'dist', 'tf-core.node.js');
  await mkdir(dirname(copy), { recursive: true });
  await cp(main, copy);
  const modules = join(dirname(main), '..', '..', '..');
  for (const name of ['long', 'seedrandom', 'node-fetch'])
    await symlink(join(modules, name), join(folder, 'node_modules', name));
  return copy;
}

describe('nodeCapabilities()', () => {
  it('looks at the backends that Node can have, and says what is missing for those that do not run', async () => {
    const { platform, backends, problems } = await report([]);
    expect(platform.name).toBe(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
    expect(platform.logicalCores).toBeGreaterThanOrEqual(1);
    expect(platform.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(platform.heapLimitBytes).toBeGreaterThan(2 ** 26);
    expect(platform.tfjsCopies).toHaveLength(1);
    expect(problems).toEqual([]);
    expect(backends.map(({ name, training }) => [name, training.works])).toEqual([
      ['webgpu', false],
      ['wasm', true],
      ['cpu', true],
    ]);
    expect(backends[0]!.problem).toContain('there is no GPU adapter: install a GPU driver');
    expect(backends[1]!.details).toEqual({ simd: true, threads: false, memoryBytes: 2 ** 32 });
  });

  it('finds a second copy of TensorFlow.js, and names the files of both', async () => {
    const copy = await copyOfTfjs(await temporaryFolder());
    const { platform, problems } = await report([copy]);
    expect(platform.tfjsCopies).toContain(copy);
    expect(problems).toEqual([
      `2 copies of "@tensorflow/tfjs-core" are loaded, ${platform.tfjsCopies.join(' and ')}: keep one: ` +
        'run "npm ls @tensorflow/tfjs-core", then "npm dedupe", or let the bundler resolve it to one folder',
    ]);
  });
});
