import { BackendError, type CheckpointReader, httpStore } from 'polyhue';
import { indexedDbStore, keptReader } from 'polyhue/browser';
import { loadWorkerColorizer, type WorkerColorizer } from 'polyhue/worker';

import { askedBackend } from './backend.js';
import { element, tens } from './page.js';

/** The colorizer of the page, which can be replaced by another. */
export interface Model {
  /** Works with the colorizer. Where its backend fails, as a lost GPU does, it is let go: the next work loads the model on wasm. */
  readonly run: (work: (colorizer: WorkerColorizer) => Promise<void>) => Promise<void>;
  /** Loads another model; the former goes on until it is there. */
  readonly use: (reader: CheckpointReader, name: string) => Promise<void>;
  /** Loads the model of the page, or tries again where that failed. */
  readonly load: () => Promise<void>;
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
  const drop = (colorizer: WorkerColorizer): void => {
    hasFailed = colorizer.backend.backend === 'webgpu';
    backend = { backends: ['wasm'] };
    colorizer.dispose();
    current = null;
  };
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    loading ??= become(source).finally(() => (loading = null));
    return loading;
  };
  return {
    load,
    use: async (reader, name) => become({ reader, name }),
    run: async (work) => {
      if (current === null) await load();
      const colorizer = current!;
      try {
        await work(colorizer);
      } catch (error) {
        // One that was replaced meanwhile has failed for that.
        if (error instanceof BackendError && colorizer === current) drop(colorizer);
        throw error;
      }
    },
  };
}
