import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Capabilities } from '../../src/capabilities/capabilities.js';

import { softwareGpuEnvironment } from '../../tools/chromium.js';
import { runProgram } from '../node/runProgram.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { modelFolder } from './cliSupport.js';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url);
const NO_GPU = { VK_ICD_FILENAMES: '/nonexistent' };

describe('polyhue doctor', () => {
  it('says for people what can run here and what the rest needs', async () => {
    const { stdout } = await runProgram(MAIN, ['doctor'], NO_GPU);
    const [platform, ...lines] = stdout.split('\n');
    expect(platform).toMatch(/^Node \S+, \w+ \w+, \d+ cores, [\d.]+ GB memory, heap up to [\d.]+ GB$/);
    expect(lines).toEqual([
      'TensorFlow.js: core 4.22.0, layers 4.22.0',
      '',
      'backend     colorize   train',
      'webgpu      no         no         Cannot start the "webgpu" backend as there is no GPU adapter: install a GPU driver with ' +
        'Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows); for a software adapter on Linux, install libvulkan1 and set ' +
        'VK_ICD_FILENAMES to the vk_swiftshader_icd.json of Chromium',
      'wasm        yes        yes        simd: true, threads: false, memory up to 4.0 GB',
      'cpu         yes        yes',
      '',
      'Training will run on "wasm"',
      '',
    ]);
  });

  it('names the adapter of WebGPU, and does not train on one that is a program', async () => {
    const { stdout } = await runProgram(MAIN, ['doctor'], softwareGpuEnvironment());
    expect(stdout).toMatch(
      /\nwebgpu +yes +yes +.*SwiftShader.* \(not a GPU: slower than wasm\), tensors up to \d\.\d GB\n/,
    );
    expect(stdout).toContain('\nTraining will run on "wasm"\n');
  });

  it('reports on a trained model as one JSON object with --json', async () => {
    const args = ['doctor', '--model', await modelFolder(join(await temporaryFolder(), 'model')), '--json'];
    const { stdout } = await runProgram(MAIN, args, NO_GPU);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const report = JSON.parse(stdout) as Capabilities;
    expect(report.backends.map(({ name }) => name)).toEqual(['webgpu', 'wasm', 'cpu']);
    expect(report.kernels.training).toContain('Conv2DBackpropFilter');
    expect(report.problems).toEqual([]);
  });
});
