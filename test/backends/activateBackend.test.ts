import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';

import { activateBackend, currentBackend, restoreBackend } from '../../src/backends/activateBackend.js';
import { BackendError } from '../../src/errors.js';
import { registerCpuTwin } from '../support/cpuTwin.js';

describe('activateBackend()', () => {
  it('makes a registered backend the current one', async () => {
    registerCpuTwin('twin');
    await activateBackend('twin');
    expect(tf.getBackend()).toBe('twin');
    await activateBackend('twin');
    expect(await tf.add(1, 2).data()).toEqual(Float32Array.of(3));
  });

  it('refuses a name that is not registered', async () => {
    await expect(activateBackend('missing')).rejects.toThrow(
      new BackendError('Cannot start the "missing" backend: it is not registered'),
    );
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no device');
      },
    ],
    [
      'is rejected',
      async () => {
        throw new Error('no device');
      },
    ],
  ])('leaves the backend before in place when the factory of the new one %s', async (_, factory) => {
    // prettier-ignore
    vi.spyOn(console, 'warn').mockReturnValue();
    onTestFinished(() => tf.removeBackend('failing'));
    tf.registerBackend('failing', factory, 0);
    await expect(activateBackend('failing')).rejects.toThrow(
      new BackendError('Cannot start the "failing" backend: TensorFlow.js could not initialize it'),
    );
    expect(tf.getBackend()).toBe(inject('backend'));
    expect(await tf.add(1, 2).data()).toEqual(Float32Array.of(3));
  });

  it('passes on what the set-up of a kernel throws', async () => {
    registerCpuTwin('twin');
    tf.unregisterKernel(tf.Add, 'twin');
    const setupFunc = () => {
      throw new Error('no shader');
    };
    tf.registerKernel({ ...tf.getKernel(tf.Add, 'cpu'), backendName: 'twin', setupFunc });
    await expect(activateBackend('twin')).rejects.toThrow(
      new BackendError('Cannot start the "twin" backend: no shader'),
    );
    expect(tf.getBackend()).toBe(inject('backend'));
  });
});

describe('restoreBackend()', () => {
  it('goes back to a backend, and does nothing where there was none', async () => {
    registerCpuTwin('twin');
    const before = currentBackend();
    await activateBackend('twin');
    await restoreBackend(undefined);
    expect(currentBackend()).toBe('twin');
    await restoreBackend(before);
    expect(currentBackend()).toBe(inject('backend'));
  });
});
