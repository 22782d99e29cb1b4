import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';

import { BackendError } from '../../src/errors.js';
import { nodeCandidates } from '../../src/node/candidates.js';
import { type NodeBackend, startBackend } from '../../src/node/startBackend.js';
import { registerCpuTwin } from '../support/cpuTwin.js';

afterEach(async () => {
  vi.doUnmock('webgpu');
  vi.resetModules();
  await tf.setBackend(inject('backend'));
});

describe('startBackend()', () => {
  it('starts wasm able to train, and cpu, again and again', async () => {
    for (const backend of ['wasm', 'cpu', 'wasm'] as const) {
      expect(await startBackend(backend)).toEqual({ backend, adapter: null, skipped: [] });
      expect(tf.getBackend()).toBe(backend);
    }
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeDefined();
  });

  it('starts a tfjs-node that the program has registered, and leaves its kernels and gradients alone', async () => {
    registerCpuTwin('tensorflow');
    const kernels = tf.getKernelsForBackend('tensorflow').map(({ kernelFunc }) => kernelFunc);
    expect(await startBackend('tensorflow')).toEqual({ backend: 'tensorflow', adapter: null, skipped: [] });
    expect(tf.getBackend()).toBe('tensorflow');
    expect(tf.getKernelsForBackend('tensorflow').map(({ kernelFunc }) => kernelFunc)).toEqual(kernels);
    expect(nodeCandidates().map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm', 'cpu']);
    expect((await startBackend('auto')).backend).toBe('tensorflow');
  });

  it('says what to import where no tfjs-node is registered', async () => {
    await expect(startBackend('tensorflow')).rejects.toThrow(
      new BackendError(
        'Cannot start the "tensorflow" backend: import "@tensorflow/tfjs-node" or "@tensorflow/tfjs-node-gpu" first',
      ),
    );
    expect(nodeCandidates().map(({ name }) => name)).toEqual(['webgpu', 'wasm', 'cpu']);
  });

  it('says what to install where the package "webgpu" is missing', async () => {
    vi.doMock('webgpu', () => {
      throw new Error("Cannot find package 'webgpu'");
    });
    vi.resetModules();
    const fresh = await import('../../src/node/startBackend.js');
    const error = (await fresh.startBackend('webgpu').catch((thrown: unknown) => thrown)) as Error;
    expect([error.name, error.message]).toEqual([
      'BackendError',
      'Cannot start the "webgpu" backend as the package "webgpu" cannot be loaded: ' +
        'run "npm install webgpu @tensorflow/tfjs-backend-webgpu"',
    ]);
    expect(error.cause).toBeInstanceOf(Error);
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it('refuses an unknown name', async () => {
    await expect(startBackend('cuda' as NodeBackend)).rejects.toThrow(
      new TypeError(
        'Cannot start a backend as \'backend\' must be one of "auto", "webgpu", "wasm", "cpu", "tensorflow": current value is "cuda"',
      ),
    );
  });

  it('refuses an unknown task', async () => {
    await expect(startBackend('auto', { task: 'painting' as 'training' })).rejects.toThrow(
      new TypeError(
        'Cannot pick a backend as \'task\' must be one of "inference", "training": current value is "painting"',
      ),
    );
  });

  // Last, as it loads the package that another test has missing.
  it('passes on what a tfjs-node says that does not start, and leaves the backend before it', async () => {
    const missing = "Cannot find module 'tfjs_binding.node'";
    tf.registerBackend('tensorflow', () => {
      throw new Error(missing);
    });
    try {
      await expect(startBackend('tensorflow')).rejects.toThrow(BackendError);
      expect(tf.getBackend()).toBe(inject('backend'));
      const started = await startBackend('auto');
      expect(started.skipped[0]).toMatchObject({ backend: 'tensorflow' });
      expect(started.backend).not.toBe('tensorflow');
    } finally {
      tf.removeBackend('tensorflow');
    }
  });
});
