import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from './errors.js';

/** Work that needs the device of the current backend, as it is named in messages. */
export interface WatchedWork {
  /** What fails, as in "Cannot ACTION". */
  readonly action: string;
  /** What to do where memory runs out. */
  readonly saving: string;
}

/**
 * Notices what TensorFlow.js (4.22) passes over in silence on WebGPU: a computation that the device refuses, for want of memory
 * or otherwise, leaves zeros, and so does all that was queued with it.
 */
export interface DeviceWatch {
  /**
   * To be called after a value was read and before it is used: errors arrive before the values do.
   *
   * @throws {BackendError} If the device was lost, or refused a computation since the watch began.
   */
  readonly check: () => Promise<void>;
  /** The reason of `error` as a `BackendError`, where it is a lost device or a lack of memory; else `error` itself. */
  readonly explain: (error: unknown) => Promise<unknown>;
  readonly end: () => void;
}

/** What JavaScript says when memory cannot be had: V8, Gecko, JavaScriptCore, and WebGPU in Chromium. */
const NO_MEMORY = /array buffer allocation|array (buffer )?length|createbuffer|out of memory/i;
/** What WebGPU says when there is none for a buffer; tfjs keeps such buffers and uses them again. */
const NO_BUFFER = /exceeds the max|out of memory|too large|invalid buffer/i;

/** Devices that are followed, and why they were lost; one entry each, so that watches do not add up. */
const losses = new WeakMap<GPUDevice, Loss>();

interface Loss {
  info: GPUDeviceLostInfo | null;
}

async function follow(device: GPUDevice, loss: Loss): Promise<void> {
  loss.info = await device.lost;
}

function lossOf(device: GPUDevice): Readonly<Loss> {
  const known = losses.get(device);
  if (known !== undefined) return known;
  const loss: Loss = { info: null };
  losses.set(device, loss);
  void follow(device, loss);
  return loss;
}

/** What the device says, up to the end of the line: the rest is about its inner calls. */
function quoted(message: string): string {
  return JSON.stringify(message.split('\n')[0]!.trim());
}

function failure({ action, saving }: WatchedWork, error: GPUError | null, lost: GPUDeviceLostInfo | null) {
  const backend = `the "${tf.getBackend()}" backend`;
  if (lost !== null) {
    const cure = 'reload the page or start the program again; training goes on from what it saved';
    return `Cannot ${action} as the device of ${backend} was lost: ${cure}. It says ${quoted(lost.message)}`;
  }
  if (error === null) return null;
  const says = `It says ${quoted(error.message)}`;
  return NO_BUFFER.test(error.message) || error.constructor.name === 'GPUOutOfMemoryError'
    ? `Cannot ${action} as ${backend} has no room for a tensor: ${saving}. ${says}`
    : `Cannot ${action} as ${backend} refused a computation: choose another backend. ${says}`;
}

/** How long the news of a lost device may come after the work that failed for it, in milliseconds. */
const NEWS_MS = 250;

/** Waits for such news: a refused computation may be all that a lost device has said so far. */
async function awaitNews(device: GPUDevice): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, NEWS_MS);
  });
  await Promise.race([device.lost, patience]);
  clearTimeout(timer);
}

/** Watches the device of the current backend until `end` is called. */
export function watchDevice(work: WatchedWork): DeviceWatch {
  const { device } = tf.backend() as { readonly device?: GPUDevice };
  const loss = device === undefined ? null : lossOf(device);
  let refusal: GPUError | null = null;
  const note = ({ error }: GPUUncapturedErrorEvent): void => {
    refusal ??= error;
  };
  device?.addEventListener('uncapturederror', note);

  const message = (): string | null => failure(work, refusal, loss?.info ?? null);
  return {
    check: async () => {
      if (message() === null) return;
      await awaitNews(device!);
      throw new BackendError(message()!);
    },
    explain: async (error) => {
      if (error instanceof BackendError) return error;
      if (device !== undefined) await awaitNews(device);
      const found = message();
      if (found !== null) return new BackendError(found, { cause: error });
      if (!(error instanceof RangeError) || !NO_MEMORY.test(error.message)) return error;
      const text = `Cannot ${work.action} as the "${tf.getBackend()}" backend has no room for a tensor: ${work.saving}`;
      return new BackendError(text, { cause: error });
    },
    end: () => device?.removeEventListener('uncapturederror', note),
  };
}

/** Runs `body` on a watched device: what it reads is not returned where the device failed meanwhile. */
export async function watched<T>(work: WatchedWork, body: () => Promise<T>): Promise<T> {
  const watch = watchDevice(work);
  try {
    const result = await body();
    await watch.check();
    return result;
  } catch (error) {
    throw await watch.explain(error);
  } finally {
    watch.end();
  }
}
