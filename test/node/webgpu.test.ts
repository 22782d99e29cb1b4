import { describe, expect, it } from 'vitest';

import type { AdapterReport } from '../../src/backends/adapter.js';
import { softwareGpuEnvironment } from '../../tools/chromium.js';
import { expectAllClose } from '../support/numeric.js';
import { runProgram } from './runProgram.js';

const TRAIN = new URL('trainOnBackends.ts', import.meta.url);
const START = new URL('startBackends.ts', import.meta.url);
const NO_GPU = { VK_ICD_FILENAMES: '/nonexistent' };

interface Run {
  readonly backend: string;
  readonly adapter: AdapterReport | null;
  readonly losses: readonly number[];
  /** Tensors, data and bytes on the GPU after each step. */
  readonly memory: readonly (readonly number[])[];
  readonly colors: readonly (readonly number[])[];
  readonly left: number;
}

interface Start {
  readonly backend: string;
  readonly started?: { readonly backend: string; readonly skipped: readonly { readonly reason: string }[] };
  readonly error?: { readonly name: string; readonly message: string };
}

describe('the webgpu backend in Node', () => {
  it('trains and colors as wasm does, next to it, without leaking, and lets the process end', async () => {
    const args = ['webgpu', 'wasm', 'cpu'];
    const { stdout } = await runProgram(TRAIN, args, softwareGpuEnvironment());
    const [webgpu, wasm, cpu] = JSON.parse(stdout) as [Run, Run, Run];
    expect([webgpu.backend, wasm.backend, cpu.backend]).toEqual(args);
    expect(webgpu.adapter!.name).toContain('SwiftShader');
    expect(webgpu.adapter).toMatchObject({ isSoftware: true });
    expect(webgpu.adapter!.maxTensorBytes).toBeGreaterThanOrEqual(2 ** 27);
    expect([wasm.adapter, cpu.adapter]).toEqual([null, null]);

    expect(wasm.losses).toHaveLength(8);
    await expectAllClose(webgpu.losses, wasm.losses, { rtol: 1e-4 });
    await expectAllClose(cpu.losses, wasm.losses, { rtol: 1e-4 });
    expect(wasm.losses.at(-1)!).toBeLessThan(wasm.losses[0]!);
    for (const [i, colors] of webgpu.colors.entries())
      await expectAllClose(colors, wasm.colors[i]!, { rtol: 0, atol: 1 });

    // The first step makes the slots of the optimizer; after it nothing grows.
    expect(new Set(webgpu.memory.slice(1).map(String)).size).toBe(1);
    expect([webgpu.left, wasm.left, cpu.left]).toEqual([0, 0, 0]);
  });

  it('says what to install where there is no adapter, and the others go on', async () => {
    const { stdout } = await runProgram(START, ['webgpu', 'webgpu', 'wasm'], NO_GPU);
    const starts = JSON.parse(stdout) as Start[];
    const error = {
      name: 'BackendError',
      message:
        'Cannot start the "webgpu" backend as there is no GPU adapter: install a GPU driver with Vulkan (Linux), Metal (macOS) ' +
        'or Direct3D 12 (Windows); for a software adapter on Linux, install libvulkan1 and set VK_ICD_FILENAMES to the ' +
        'vk_swiftshader_icd.json of Chromium',
    };
    expect(starts.map((start) => start.error)).toEqual([error, error, undefined]);
    expect(starts[2]!.started).toEqual({ backend: 'wasm', adapter: null, skipped: [] });
  });

  it('is passed over by "auto" where its adapter is a program', async () => {
    const { stdout } = await runProgram(START, ['auto'], softwareGpuEnvironment());
    const [{ started }] = JSON.parse(stdout) as [Start];
    expect(started!.backend).toBe('wasm');
    expect(started!.skipped).toHaveLength(1);
    expect(started!.skipped[0]!.reason).toMatch(
      /^Its adapter, .*SwiftShader.*, is a program on the processor, not a GPU$/,
    );
  });

  it('says so where the backend was imported before there was WebGPU', async () => {
    const args = ['--early', 'webgpu'];
    const { stdout } = await runProgram(START, args, softwareGpuEnvironment());
    expect((JSON.parse(stdout) as Start[])[0]!.error).toEqual({
      name: 'BackendError',
      message:
        'Cannot start the "webgpu" backend as "@tensorflow/tfjs-backend-webgpu" was imported before there was WebGPU: ' +
        'leave its import to startBackend("webgpu")',
    });
  });
});
