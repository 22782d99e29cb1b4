import * as tf from '@tensorflow/tfjs-core';

import type { StartedBackend } from '../backends/pickBackend.js';
import { decodeImage } from '../browser/decodeImage.js';
import type { RasterImage } from '../data/image.js';
import type { Colorization } from '../inference/colorization.js';
import { type Colorizer, loadColorizer } from '../inference/colorizer.js';
import type {
  CallName,
  Calls,
  PageCall,
  PageMessage,
  SentPhoto,
  SentResult,
  SentWishes,
  WorkerMessage,
} from './messages.js';
import { packError } from './packError.js';
import { type PageFiles, pageFiles } from './pageFiles.js';
import { render, transferablesOf } from './render.js';

/** The thread's side of its messages. */
export interface ServedPort {
  readonly post: (message: WorkerMessage, transfer?: Transferable[]) => void;
  readonly startBackend: (request: Calls['open']['request']) => Promise<StartedBackend>;
}

/** How an answer is worked out. */
interface Work {
  readonly signal: AbortSignal;
  readonly tell: (progress: (WorkerMessage & { readonly kind: 'progress' })['progress']) => void;
}

type Handlers = {
  readonly [Name in CallName]: (
    request: Calls[Name]['request'],
    work: Work,
  ) => Promise<Calls[Name]['answer']>;
};

function sentResult(id: number, result: Colorization): SentResult {
  const { toRaster: _raster, toTensor: _tensor, toImageData: _imageData, toPng: _png, ...plain } = result;
  return { id, result: plain };
}

/** What a worker holds for its page, by number. */
interface Held {
  readonly photos: Map<number, RasterImage>;
  readonly results: Map<number, Colorization>;
}

/** @throws {TypeError} If the photo was released meanwhile. */
function heldPhoto(photos: Held['photos'], held: number): RasterImage {
  const photo = photos.get(held);
  if (photo !== undefined) return photo;
  throw new TypeError('Cannot color a photo as the worker does not hold it any more: read it again');
}

function colorizerHandlers(
  { photos, results }: Held,
  colorizerNow: () => Colorizer,
): Pick<Handlers, 'readPhoto' | 'colorize' | 'decode' | 'render' | 'memory'> {
  let count = 0;
  const photoOf = (sent: SentPhoto): RasterImage => ('held' in sent ? heldPhoto(photos, sent.held) : sent);
  const withReference = <T extends Pick<SentWishes, 'reference'>>({ reference, ...rest }: T) =>
    reference === undefined ? rest : { ...rest, reference: photoOf(reference) };
  const keep = (result: Colorization): SentResult => {
    const id = count++;
    results.set(id, result);
    return sentResult(id, result);
  };
  return {
    readPhoto: async ({ image, name, maxPixels }, { signal }) => {
      const options = maxPixels === undefined ? { name, signal } : { name, signal, maxPixels };
      const photo = await decodeImage(image, options);
      const held = count++;
      photos.set(held, photo);
      return { held, width: photo.width, height: photo.height };
    },
    colorize: async ({ photos: sent, options }, { signal, tell }) => {
      const request = { ...withReference(options), signal, onProgress: tell };
      const found = await colorizerNow().colorize(sent.map(photoOf), request);
      return found.map((ofPhoto) => ofPhoto.map(keep));
    },
    decode: async ({ photo, latents, wishes }) => {
      const found = await colorizerNow().decode(photoOf(photo), latents, withReference(wishes));
      return found.map(keep);
    },
    render: async ({ id, rendering, options }, { signal }) => {
      const result = results.get(id);
      if (result !== undefined) return render(result, rendering, { ...options, signal });
      throw new TypeError('Cannot paint a result as the worker does not hold it any more: it was released');
    },
    memory: async () => {
      const { numTensors, numBytes } = tf.memory();
      return { tensors: numTensors, tensorBytes: numBytes, photos: photos.size, results: results.size };
    },
  };
}

function handlersOf(port: ServedPort, held: Held, pageStore: PageFiles['store']): Handlers {
  let colorizer: Colorizer;
  return {
    open: async (request, { signal, tell }) => {
      const backend = await port.startBackend(request);
      signal.throwIfAborted();
      const { location, maxBytes } = request;
      const options = { signal, onProgress: tell, ...(maxBytes !== undefined && { maxBytes }) };
      colorizer = await loadColorizer(pageStore(location), options);
      return backend;
    },
    ...colorizerHandlers(held, () => colorizer),
  };
}

/** Answers the calls of a page, one after the other, for as long as the thread lives. */
export function serveColorizer(port: ServedPort): (message: PageMessage) => void {
  const held: Held = { photos: new Map(), results: new Map() };
  const files = pageFiles(port.post);
  const aborts = new Map<number, AbortController>();
  const handlers = handlersOf(port, held, files.store);

  const answer = async <Name extends CallName>(
    { call, name, request }: PageCall<Name>,
    { signal }: AbortController,
  ): Promise<void> => {
    try {
      signal.throwIfAborted();
      const tell: Work['tell'] = (progress) => port.post({ kind: 'progress', call, progress });
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
    last = last.then(async () => answer(message as PageCall<CallName>, controller));
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
