import type { WorkerBackend, WorkerBackendOptions } from 'polyhue/worker';

/**
 * The backend that the address asks for, as in `?backend=wasm`, to compare them; WebGPU then runs also where there is no GPU.
 * Otherwise the fastest that works.
 */
export function askedBackend(): WorkerBackendOptions {
  const asked = new URLSearchParams(location.search).get('backend');
  return asked === null ? {} : { backends: [asked as WorkerBackend], allowSoftware: true };
}
