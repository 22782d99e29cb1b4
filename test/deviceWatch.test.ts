import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import { watchDevice, watched } from '../src/deviceWatch.js';
import { BackendError } from '../src/errors.js';
import { registerCpuTwin } from './support/cpuTwin.js';

const WORK = { action: 'paint', saving: 'use a smaller brush' };

/** Ends the watches of a test. */
const watches: { readonly end: () => void }[] = [];
const watch = () => {
  const made = watchDevice(WORK);
  watches.push(made);
  return made;
};

afterEach(() => {
  for (const { end } of watches.splice(0)) end();
});

/** A device whose errors and loss are in the hands of the test. */
class Device extends EventTarget {
  lose!: (info: { readonly message: string }) => void;
  readonly lost = new Promise((resolve) => {
    this.lose = resolve;
  });

  refuse(message: string): void {
    this.dispatchEvent(Object.assign(new Event('uncapturederror'), { error: new Error(message) }));
  }
}

/** A backend that runs on such a device. */
async function deviceBackend(): Promise<Device> {
  registerCpuTwin('twin');
  await tf.setBackend('twin');
  const device = new Device();
  Object.assign(tf.backend(), { device });
  return device;
}

describe('watchDevice()', () => {
  it('finds nothing wrong with a device that works, or where there is none', async () => {
    await expect(watch().check()).resolves.toBeUndefined();
    await deviceBackend();
    await expect(watch().check()).resolves.toBeUndefined();
  });

  it('tells that a tensor was too large, in the words of the first error', async () => {
    const device = await deviceBackend();
    const { check } = watch();
    device.refuse(
      'Buffer size (1258291200) exceeds the max buffer size limit (1073741824).\n - While calling',
    );
    device.refuse('[Invalid Buffer (unlabeled)] is invalid due to a previous error.');
    await expect(check()).rejects.toThrow(
      new BackendError(
        'Cannot paint as the "twin" backend has no room for a tensor: use a smaller brush. ' +
          'It says "Buffer size (1258291200) exceeds the max buffer size limit (1073741824)."',
      ),
    );
  });

  it('tells that a computation was refused', async () => {
    const device = await deviceBackend();
    const { check } = watch();
    device.refuse('[Invalid ComputePipeline "AddNPackedProgram"] is invalid');
    await expect(check()).rejects.toThrow(
      new BackendError(
        'Cannot paint as the "twin" backend refused a computation: choose another backend. ' +
          'It says "[Invalid ComputePipeline \\"AddNPackedProgram\\"] is invalid"',
      ),
    );
  });

  it('tells that the device was lost, also before the watch began', async () => {
    const device = await deviceBackend();
    const first = watch();
    device.lose({ message: 'The driver was reset.' });
    const lost = new BackendError(
      'Cannot paint as the device of the "twin" backend was lost: reload the page or start the program again; ' +
        'training goes on from what it saved. It says "The driver was reset."',
    );
    expect(await first.explain(new Error('no map'))).toEqual(lost);
    await expect(first.check()).rejects.toThrow(lost);
    await expect(watch().check()).rejects.toThrow(lost);
  });

  it('tells that the device was lost where that is heard after its refusal', async () => {
    const device = await deviceBackend();
    const { check } = watch();
    device.refuse('[Invalid CommandBuffer] is invalid due to a previous error.');
    setTimeout(() => device.lose({ message: 'The driver was reset.' }), 20);
    await expect(check()).rejects.toThrow('was lost');
  });

  it('forgets refused computations when the next watch begins, and hears none after its end', async () => {
    const device = await deviceBackend();
    const first = watchDevice(WORK);
    device.refuse('out of memory');
    await expect(watch().check()).resolves.toBeUndefined();
    first.end();
    const second = watchDevice(WORK);
    second.end();
    device.refuse('out of memory');
    await expect(second.check()).resolves.toBeUndefined();
  });

  it.each(['Array buffer allocation failed', 'Invalid typed array length: 8589934592', 'Out of memory'])(
    'explains %s',
    async (message) => {
      const cause = new RangeError(message);
      const error = (await watch().explain(cause)) as Error;
      expect(error).toEqual(
        new BackendError(
          `Cannot paint as the "${tf.getBackend()}" backend has no room for a tensor: use a smaller brush`,
        ),
      );
      expect(error.cause).toBe(cause);
    },
  );

  it('leaves other errors as they are', async () => {
    for (const error of [new RangeError('count'), new Error('Out of memory'), new BackendError('x'), 'no']) {
      expect(await watch().explain(error)).toBe(error);
    }
  });
});

describe('watched()', () => {
  it('gives what was computed', async () => {
    expect(await watched(WORK, async () => 3)).toBe(3);
  });

  it('does not give what a failing device left', async () => {
    const device = await deviceBackend();
    const run = watched(WORK, async () => {
      device.refuse('out of memory');
      return 0;
    });
    await expect(run).rejects.toThrow(
      'Cannot paint as the "twin" backend has no room for a tensor: use a smaller brush. It says "out of memory"',
    );
  });

  it('passes on what has other reasons', async () => {
    const error = new Error('no paint');
    await expect(watched(WORK, () => Promise.reject(error))).rejects.toBe(error);
  });
});
