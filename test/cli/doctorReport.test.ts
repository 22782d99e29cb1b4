import { afterEach, describe, expect, it, vi } from 'vitest';

import type { BackendReport, TaskReport } from '../../src/capabilities/backendReport.js';
import type { Capabilities } from '../../src/capabilities/capabilities.js';
import { nodeCapabilities } from '../../src/node/nodeCapabilities.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { polyhue } from './cliSupport.js';

vi.mock(import('../../src/node/nodeCapabilities.js'));

const WORKS: TaskReport = { works: true, fault: null, missing: [] };
const cure = 'call registerWasmTraining()';

const backend = (name: string, facts: Partial<BackendReport> = {}): BackendReport => ({
  name,
  problem: null,
  adapter: null,
  details: {},
  inference: WORKS,
  training: WORKS,
  ...facts,
});

const capabilities = (
  backends: readonly BackendReport[],
  problems: readonly string[] = [],
): Capabilities => ({
  platform: {
    name: 'Node 20',
    logicalCores: null,
    memoryBytes: 2 ** 33,
    heapLimitBytes: null,
    tfjsCopies: [],
  },
  versions: { core: '4.22.0', layers: '4.22.0' },
  kernels: { inference: [], training: [] },
  backends,
  problems,
});

const doctor = async (...args: string[]) => polyhue(['doctor', ...args]);

afterEach(() => {
  vi.mocked(nodeCapabilities).mockReset();
});

describe('polyhue doctor', () => {
  it('says what each backend lacks and what is wrong with the installation, and ends with 1 when none can train', async () => {
    const gpu = {
      name: 'acme',
      isSoftware: false,
      maxBufferBytes: 2 ** 31,
      maxTensorBytes: 2 ** 30,
      maxTextureSize: 8192,
    };
    const missing = ['Conv2DBackpropFilter', 'TopK'].map((kernel) => ({ kernel, cure }));
    const report = capabilities(
      [
        backend('webgpu', { adapter: gpu, training: { works: false, fault: 'it is wrong', missing: [] } }),
        backend('wasm', {
          details: { simd: true, memoryBytes: 2 ** 32 },
          training: { works: false, fault: 'it throws', missing },
        }),
        backend('cpu', {
          problem: 'Broken',
          inference: { ...WORKS, works: false },
          training: { ...WORKS, works: false },
        }),
      ],
      ['Two copies'],
    );
    vi.mocked(nodeCapabilities).mockResolvedValue(report);
    const { code, stdout, stderr } = await doctor();
    expect([code, stderr]).toEqual([1, '']);
    const notes = ' '.repeat(34);
    expect(stdout.split('\n')).toEqual([
      'Node 20, 8.0 GB memory',
      'TensorFlow.js: core 4.22.0, layers 4.22.0',
      '',
      'backend     colorize   train',
      'webgpu      yes        no         acme, tensors up to 1.0 GB',
      `${notes}training: it is wrong`,
      'wasm        yes        no         simd: true, memory up to 4.0 GB',
      `${notes}training: it throws`,
      `${notes}training lacks Conv2DBackpropFilter, TopK: ${cure}`,
      'cpu         no         no         Broken',
      '',
      'Problem: Two copies',
      'Nothing can train here',
      '',
    ]);
  });

  it('writes with --json what nodeCapabilities() tells, and ends with 1 when nothing can train', async () => {
    const report = capabilities([backend('wasm', { training: { ...WORKS, works: false } })]);
    vi.mocked(nodeCapabilities).mockResolvedValue(report);
    expect(await doctor('--json')).toEqual({ code: 1, stdout: `${JSON.stringify(report)}\n`, stderr: '' });
  });

  it('ends with 0 where only a slow backend can train', async () => {
    vi.mocked(nodeCapabilities).mockResolvedValue(capabilities([backend('cpu')]));
    const { code, stdout } = await doctor();
    expect(code).toBe(0);
    expect(stdout).toContain('\nTraining will run on "cpu"\n');
  });

  it('shows its options', async () => {
    const { code, stdout } = await doctor('--help');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe('Usage: polyhue doctor [options]');
    for (const option of ['-m, --model DIR|URL', '--json', '-h, --help']) expect(stdout).toContain(option);
  });

  it('refuses operands', async () => {
    expect(await doctor('my-model')).toEqual({
      code: 2,
      stdout: '',
      stderr: "Give no operands; a model is named by '--model'\n",
    });
  });

  it('says so where there is no model', async () => {
    const folder = await temporaryFolder();
    const { code, stdout, stderr } = await doctor('--model', folder);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `Cannot load the checkpoint "${folder}" as it has no polyhue.json: nothing was saved there\n`,
    );
    expect(nodeCapabilities).not.toHaveBeenCalled();
  });
});
