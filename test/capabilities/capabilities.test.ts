import * as tf from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';
import { describe, expect, inject, it } from 'vitest';

import type { AdapterReport } from '../../src/backends/adapter.js';
import type { BackendCandidate } from '../../src/backends/candidates.js';
import { capabilities } from '../../src/capabilities/capabilities.js';
import { BackendError } from '../../src/errors.js';
import { doubled, registerCpuTwin } from '../support/cpuTwin.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { TINY_MIXTURE, TINY_VAE } from '../support/tinyModels.js';

const configs = { colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE };
const register = async (): Promise<void> => {};
const NOTHING = { fault: null, missing: [] };

describe('capabilities()', () => {
  it('finds that this backend can run and train the models', async () => {
    const name = inject('backend');
    const report = await capabilities({ configs, candidates: [{ name, register }] });
    const works = { works: true, ...NOTHING };
    expect(report.backends).toMatchObject([{ name, problem: null, inference: works, training: works }]);
    expect(report.versions).toEqual({ core: tf.version_core, layers: version_layers });
    expect(report.kernels.training).toContain('Conv2DBackpropFilter');
    expect(report.problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('lists kernels that are missing, each with its cure, for the task that needs them', async () => {
    const absent = [tf.Conv2DBackpropFilter, tf.TopK, tf.Erf];
    registerCpuTwin('poor', ({ kernelName, kernelFunc }) =>
      absent.includes(kernelName) ? undefined : kernelFunc,
    );
    const { backends } = await capabilities({ configs, candidates: [{ name: 'poor', register }] });
    const cure = 'import "@tensorflow/tfjs-backend-poor" 4.22.0, whole and once';
    expect(backends[0]!.inference).toEqual({
      works: false,
      fault: null,
      missing: [{ kernel: 'TopK', cure }],
    });
    expect(backends[0]!.training.works).toBe(false);
    expect(backends[0]!.training.missing).toEqual([{ kernel: 'Conv2DBackpropFilter', cure }]);
    expect(backends[0]!.training.fault).toContain("Kernel 'Conv2DBackpropFilter' not registered");
  });

  it('finds that a backend computes wrongly', async () => {
    registerCpuTwin('wrong', (kernel) =>
      kernel.kernelName === tf.Conv2DBackpropInput ? doubled(kernel) : kernel.kernelFunc,
    );
    const { backends } = await capabilities({ configs, candidates: [{ name: 'wrong', register }] });
    expect(backends[0]!.inference.works).toBe(true);
    expect(backends[0]!.training).toMatchObject({ works: false, missing: [] });
    expect(backends[0]!.training.fault).toMatch(/^it computes the gradient of the image wrongly: /);
  });

  it('says why a backend does not run, and goes on with the next', async () => {
    const adapter: AdapterReport = {
      name: 'acme',
      isSoftware: true,
      maxBufferBytes: 1,
      maxTensorBytes: 1,
      maxTextureSize: 1,
    };
    const absent: BackendCandidate = {
      name: 'absent',
      inspect: async () => adapter,
      register: async () => {
        throw new BackendError('Install "absent"');
      },
    };
    registerCpuTwin('good');
    const { backends } = await capabilities({ configs, candidates: [absent, { name: 'good', register }] });
    const idle = { works: false, ...NOTHING };
    expect(backends).toHaveLength(2);
    expect(backends[0]).toEqual({
      name: 'absent',
      problem: 'Install "absent"',
      adapter,
      details: {},
      inference: idle,
      training: idle,
    });
    expect(backends[1]).toMatchObject({
      name: 'good',
      adapter: null,
      details: {},
      training: { works: true },
    });
  });

  it('tells what wasm can use here', async () => {
    const { backends } = await capabilities({ configs, candidates: [{ name: 'wasm', register }] });
    expect(backends[0]!.details).toEqual({
      simd: true,
      threads: expect.any(Boolean) as boolean,
      memoryBytes: 2 ** 32,
    });
  });

  it('keeps no tensors and the backend that was current', async () => {
    registerCpuTwin('good');
    await expectTensorsKeptAsync(0, async () =>
      capabilities({ configs, candidates: [{ name: 'good', register }] }),
    );
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it('refuses a config that is not valid', async () => {
    const bad = { ...configs, colorVae: { ...TINY_VAE, noise: 'pink' as 'normal' } };
    await expect(capabilities({ configs: bad })).rejects.toThrow(
      new TypeError(
        'Cannot create colorVae as \'noise\' must be one of "normal", "truncatedNormal": current value is "pink"',
      ),
    );
  });
});
