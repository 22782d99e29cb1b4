import * as tf from '@tensorflow/tfjs-core';
import type * as dawn from 'webgpu';

import { type AdapterReport, findAdapter } from '../backends/adapter.js';
import { BackendError } from '../errors.js';

const ACTION = 'Cannot start the "webgpu" backend';
const INSTALL = 'run "npm install webgpu @tensorflow/tfjs-backend-webgpu"';

async function importDawn(): Promise<typeof dawn> {
  try {
    return await import('webgpu');
  } catch (cause) {
    throw new BackendError(`${ACTION} as the package "webgpu" cannot be loaded: ${INSTALL}`, { cause });
  }
}

/** Gives this process the WebGPU of browsers, unless it has one: TensorFlow.js looks for `navigator.gpu`. */
async function installWebGpu(): Promise<GPU> {
  const present = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (present !== undefined) return present;
  const { create, globals } = await importDawn();
  const gpu = create([]);
  Object.assign(globalThis, globals);
  // Node has a navigator of its own from version 21 on.
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: {} });
  // The property also keeps Dawn alive: what is not referenced is collected under the feet of its devices.
  Object.defineProperty(navigator, 'gpu', { value: gpu });
  return gpu;
}

let installing: Promise<GPU> | undefined;

/**
 * Sets WebGPU up in Node and describes its adapter.
 *
 * @throws {BackendError} If the package is missing or there is no adapter.
 */
export async function inspectNodeGpu(): Promise<AdapterReport> {
  installing ??= installWebGpu();
  const adapter = await findAdapter(await installing);
  if (adapter !== null) return adapter;
  throw new BackendError(
    `${ACTION} as there is no GPU adapter: install a GPU driver with Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows); ` +
      'for a software adapter on Linux, install libvulkan1 and set VK_ICD_FILENAMES to the vk_swiftshader_icd.json of Chromium',
  );
}

/**
 * Registers the backend, which it does when it is imported and finds `navigator.gpu`.
 *
 * @throws {BackendError} If the package is missing or was imported too early.
 */
export async function registerWebGpu(): Promise<void> {
  const name = '"@tensorflow/tfjs-backend-webgpu"';
  try {
    await import('@tensorflow/tfjs-backend-webgpu');
  } catch (cause) {
    throw new BackendError(`${ACTION} as the package ${name} cannot be loaded: ${INSTALL}`, { cause });
  }
  if (tf.findBackendFactory('webgpu') !== null) return;
  throw new BackendError(
    `${ACTION} as ${name} was imported before there was WebGPU: leave its import to startBackend("webgpu")`,
  );
}
