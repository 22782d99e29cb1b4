import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';

import type { AdapterReport } from '../../src/backends/adapter.js';
import type { BackendCandidate } from '../../src/backends/candidates.js';
import { pickBackend } from '../../src/backends/pickBackend.js';
import { BackendError } from '../../src/errors.js';
import { doubled, registerCpuTwin } from '../support/cpuTwin.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

const register = async (): Promise<void> => {};
const GPU: AdapterReport = {
  name: 'acme, model 1',
  isSoftware: false,
  maxBufferBytes: 2 ** 30,
  maxTensorBytes: 2 ** 28,
  maxTextureSize: 8192,
};
const SOFTWARE: BackendCandidate = {
  name: 'slow',
  inspect: async () => ({ ...GPU, name: 'acme, software', isSoftware: true }),
  register: async () => {
    throw new Error('A software adapter must not be registered');
  },
};
const ABSENT: BackendCandidate = {
  name: 'absent',
  register: async () => {
    throw new BackendError('Install "absent"');
  },
};

function wrongBackend(kernelName: string): BackendCandidate {
  registerCpuTwin('wrong', (kernel) =>
    kernel.kernelName === kernelName ? doubled(kernel) : kernel.kernelFunc,
  );
  return { name: 'wrong', register };
}

afterEach(async () => {
  await tf.setBackend(inject('backend'));
});

describe('pickBackend()', () => {
  it('takes the first candidate that computes correctly, and says what is wrong with those before it', async () => {
    registerCpuTwin('good');
    const candidates = [
      SOFTWARE,
      ABSENT,
      wrongBackend(tf.Conv2DBackpropFilter),
      { name: 'good', register },
      ABSENT,
    ];
    const { backend, adapter, skipped } = await pickBackend({ task: 'training', candidates });
    expect([backend, adapter, tf.getBackend()]).toEqual(['good', null, 'good']);
    expect(skipped.map((skip) => skip.backend)).toEqual(['slow', 'absent', 'wrong']);
    expect(skipped[0]!.reason).toBe('Its adapter, acme, software, is a program on the processor, not a GPU');
    expect(skipped[1]!.reason).toBe('Install "absent"');
    expect(skipped[2]!.reason).toMatch(
      /^Cannot use the "wrong" backend for training: it computes the gradient of the filter wrongly: element 0 is /,
    );
  });

  it('takes for inference what cannot train', async () => {
    const candidates = [wrongBackend(tf.Conv2DBackpropFilter)];
    expect((await pickBackend({ task: 'inference', candidates })).backend).toBe('wrong');
  });

  it('tells the adapter of the backend it takes', async () => {
    registerCpuTwin('gpu');
    const candidates = [{ name: 'gpu', inspect: async () => GPU, register }];
    expect(await pickBackend({ task: 'training', candidates })).toEqual({
      backend: 'gpu',
      adapter: GPU,
      skipped: [],
    });
  });

  it('takes WebGPU and WebGL on a program on the processor where that is allowed', async () => {
    registerCpuTwin('soft');
    const soft = { ...SOFTWARE, name: 'soft', register };
    const { backend, adapter } = await pickBackend({
      task: 'training',
      candidates: [soft],
      allowSoftware: true,
    });
    expect([backend, adapter?.isSoftware]).toEqual(['soft', true]);
  });

  it('takes one that is registered, by default, but no WebGPU or WebGL without a GPU', async () => {
    const { backend, skipped } = await pickBackend({ task: 'training' });
    expect(backend).toBe('wasm');
    const devices = ['webgpu', 'webgl'].filter((name) => tf.findBackendFactory(name) !== null);
    expect(skipped.map((skip) => skip.backend)).toEqual(devices);
    for (const { reason } of skipped) {
      expect(reason).toMatch(/^Its adapter, .*swiftshader.*, is a program on the processor, not a GPU$/i);
    }
  });

  it('keeps no tensors', async () => {
    const candidates = [wrongBackend(tf.BatchMatMul), { name: inject('backend'), register }];
    await expectTensorsKeptAsync(0, async () => pickBackend({ task: 'training', candidates }));
  });

  it('gives the reason of each when none works, and leaves the backend before in place', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const candidates = [SOFTWARE, ABSENT, { name: 'nothing', register }];
    await expect(pickBackend({ task: 'training', candidates })).rejects.toThrow(
      new BackendError(
        'Cannot pick a backend as none works here: ' +
          'slow: Its adapter, acme, software, is a program on the processor, not a GPU; ' +
          'absent: Install "absent"; ' +
          'nothing: Cannot start the "nothing" backend: it is not registered',
      ),
    );
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it('goes back to the backend before when the last one started but computes wrongly', async () => {
    const candidates = [wrongBackend(tf.BatchMatMul)];
    await expect(pickBackend({ task: 'training', candidates })).rejects.toThrow(BackendError);
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it('says so when there are no candidates', async () => {
    await expect(pickBackend({ task: 'inference', candidates: [] })).rejects.toThrow(
      new BackendError('Cannot pick a backend as none works here: none is registered'),
    );
  });

  it('refuses an unknown task', async () => {
    await expect(pickBackend({ task: 'dreaming' as 'training' })).rejects.toThrow(
      new TypeError(
        'Cannot pick a backend as \'task\' must be one of "inference", "training": current value is "dreaming"',
      ),
    );
  });
});
