import { BackendError, type CheckpointReader, httpStore } from 'polyhue';
import { indexedDbStore, keptReader } from 'polyhue/browser';
import { loadWorkerColorizer, type WorkerColorizer } from 'polyhue/worker';

import { askedBackend } from './backend.js';
import { element, tens } from './page.js';

/** The colorizer of the page, which can be replaced by another. */
export interface Model {
  readonly colorizer: () => Promise<WorkerColorizer>;
  /** Loads another model; the former goes on until it is there. */
  readonly use: (reader: CheckpointReader, name: string) => Promise<void>;
  /** Loads the model of the page, or tries again where that failed. */
  readonly load: () => Promise<void>;
  /** Where a backend has failed, such as for a lost GPU, lets go of it: the model is loaded on wasm when it is needed next. */
  readonly failed: (error: unknown) => void;
}

function describe({ backend, adapter, skipped }: WorkerColorizer['backend'], hasFailed: boolean): string {
  const lacks = skipped.some((one) => one.backend === 'webgpu') ? 'is not available here' : null;
  const trouble = lacks ?? (hasFailed ? 'failed' : null);
  const why = trouble === null ? '' : `, as WebGPU ${trouble}: slower, with the same results`;
  return `Backend: ${backend}${adapter ? ` on ${adapter.name}` : ''}${why}.`;
}

/** The model below `model/`, which the browser keeps: it loads without a network the next time. */
function pageModel(): CheckpointReader {
  return keptReader(httpStore(new URL('model/', document.baseURI)), indexedDbStore('polyhue-demo-model'));
}

export function model(say: (text: string) => void): Model {
  let current: WorkerColorizer | null = null;
  let source = { reader: pageModel(), name: 'the one that comes with this page' };
  let backend = askedBackend();
  let hasFailed = false;
  const become = async (next: typeof source): Promise<void> => {
    const colorizer = await loadWorkerColorizer(next.reader, {
      ...backend,
      onProgress: ({ loadedBytes, totalBytes }) =>
        say(`Loading the model: ${tens(loadedBytes / totalBytes)}`),
    });
    current?.dispose();
    [current, source] = [colorizer, next];
    element('#backend').textContent = describe(colorizer.backend, hasFailed);
    element('#model').textContent = `Model: ${next.name}.`;
    say('Ready. Choose a photo to color.');
  };
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    loading ??= become(source).finally(() => (loading = null));
    return loading;
  };
  return {
    load,
    use: async (reader, name) => become({ reader, name }),
    colorizer: async () => {
      if (current === null) await load();
      return current!;
    },
    failed: (error) => {
      if (!(error instanceof BackendError) || current === null) return;
      hasFailed = current.backend.backend === 'webgpu';
      backend = { backends: ['wasm'] };
      current.dispose();
      current = null;
    },
  };
}
