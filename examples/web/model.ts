import { type CheckpointReader, httpStore } from 'polyhue';
import { indexedDbStore, keptReader } from 'polyhue/browser';
import { loadWorkerColorizer, type WorkerColorizer } from 'polyhue/worker';

import { element, tens } from './page.js';

/** The colorizer of the page, which can be replaced by another. */
export interface Model {
  readonly colorizer: () => Promise<WorkerColorizer>;
  /** Loads another model; the former goes on until it is there. */
  readonly use: (reader: CheckpointReader, name: string) => Promise<void>;
  /** Loads the model of the page, or tries again where that failed. */
  readonly load: () => Promise<void>;
}

function describe({ backend, adapter, skipped }: WorkerColorizer['backend']): string {
  const why = skipped.some((one) => one.backend === 'webgpu')
    ? ', as WebGPU is not available here: slower, with the same results'
    : '';
  return `Backend: ${backend}${adapter ? ` on ${adapter.name}` : ''}${why}.`;
}

/** The model below `model/`, which the browser keeps: it loads without a network the next time. */
function pageModel(): CheckpointReader {
  return keptReader(httpStore(new URL('model/', document.baseURI)), indexedDbStore('polyhue-demo-model'));
}

export function model(say: (text: string) => void): Model {
  let current: Promise<WorkerColorizer> | null = null;
  const open = async (reader: CheckpointReader): Promise<WorkerColorizer> =>
    loadWorkerColorizer(reader, {
      onProgress: ({ loadedBytes, totalBytes }) =>
        say(`Loading the model: ${tens(loadedBytes / totalBytes)}`),
    });
  const become = async (reader: CheckpointReader, name: string): Promise<void> => {
    const colorizer = await open(reader);
    const former = current;
    current = Promise.resolve(colorizer);
    element('#backend').textContent = describe(colorizer.backend);
    element('#model').textContent = `Model: ${name}.`;
    say('Ready. Choose a photo to color.');
    // One that never came is no loss.
    former?.then((one) => one.dispose()).catch(() => {});
  };
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    loading ??= become(pageModel(), 'the one that comes with this page').finally(() => (loading = null));
    return loading;
  };
  return {
    load,
    use: become,
    colorizer: async () => {
      if (current === null) await load();
      return current!;
    },
  };
}
