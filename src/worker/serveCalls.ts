import { loadColorizer } from '../inference/colorizer.js';
import { colorizerHandlers, type Held } from './colorizerHandlers.js';
import type { CallName, Calls, PageCall, PageMessage } from './messages.js';
import { packError } from './packError.js';
import { pageFiles } from './pageFiles.js';
import { transferablesOf } from './render.js';
import type { Handlers, Served, ServedPort } from './served.js';
import { stepGate } from './stepGate.js';

/** `make` once it is first asked for, and the same later. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => (made ??= make());
}

function handlersOf(served: Served, held: Held): Handlers {
  const { startBackend, place, gate, pageStore } = served;
  // What trains is loaded only where something is trained.
  const training = lazily(async () => (await import('./trainingHandlers.js')).trainingHandlers(served));
  return {
    open: async ({ backend: request, location, maxBytes }, { signal, tell }) => {
      const backend = await startBackend(request, 'inference');
      signal.throwIfAborted();
      const options = { signal, onProgress: tell, ...(maxBytes !== undefined && { maxBytes }) };
      place.colorizer = await loadColorizer(pageStore(location), options);
      return backend;
    },
    prepareTraining: async (request, work) => (await training()).prepareTraining(request, work),
    train: async (request, work) => (await training()).train(request, work),
    save: async (request, work) => (await training()).save(request, work),
    pause: async (paused) => {
      gate.setPaused(paused);
      return null;
    },
    ...colorizerHandlers(held, place),
  };
}

/**
 * Answers the calls of a page for as long as the thread lives: one after the other, those that come while it trains between
 * two steps.
 */
export function serveCalls(port: ServedPort): (message: PageMessage) => void {
  const files = pageFiles(port.post);
  const aborts = new Map<number, AbortController>();
  const gate = stepGate();
  const held: Held = { photos: new Map(), results: new Map() };
  const { startBackend } = port;
  const served = { startBackend, place: { colorizer: null }, gate, pageStore: files.store };
  const handlers = handlersOf(served, held);

  const answer = async <Name extends CallName>(
    { call, name, request }: PageCall<Name>,
    { signal }: AbortController,
  ): Promise<void> => {
    try {
      signal.throwIfAborted();
      const tell = (progress: Calls[Name]['progress']): void =>
        port.post({ kind: 'progress', call, progress });
      const found = await handlers[name](request, { signal, tell });
      port.post({ kind: 'answer', call, answer: found }, transferablesOf(found));
    } catch (error) {
      port.post({ kind: 'failure', call, error: packError(error) });
    } finally {
      aborts.delete(call);
    }
  };
  let last: Promise<void> = Promise.resolve();
  const receiveCall = (message: PageMessage & { readonly kind: 'call' }): void => {
    const controller = new AbortController();
    aborts.set(message.call, controller);
    const work = async (): Promise<void> => answer(message as PageCall<CallName>, controller);
    if (message.name === 'train') void gate.run(controller.signal, work);
    else last = last.then(async () => gate.between(work));
  };
  const release = ({ photos, results }: PageMessage & { readonly kind: 'release' }): void => {
    for (const id of photos) held.photos.delete(id);
    for (const id of results) held.results.delete(id);
  };
  return (message) => {
    files.receive(message);
    if (message.kind === 'call') receiveCall(message);
    if (message.kind === 'abort') aborts.get(message.call)?.abort();
    if (message.kind === 'release') release(message);
  };
}
