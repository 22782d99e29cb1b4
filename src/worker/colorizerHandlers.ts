import * as tf from '@tensorflow/tfjs-core';

import { decodeImage } from '../browser/decodeImage.js';
import type { RasterImage } from '../data/image.js';
import { imageTone } from '../data/imageTone.js';
import type { Colorization } from '../inference/colorization.js';
import type { SentPhoto, SentResult, SentWishes } from './messages.js';
import { render } from './render.js';
import { colorizerOf, type ColorizerPlace, type Handlers } from './served.js';

function sentResult(id: number, result: Colorization): SentResult {
  const { toRaster: _raster, toTensor: _tensor, toImageData: _imageData, toPng: _png, ...plain } = result;
  return { id, result: plain };
}

/** What a worker holds for its page, by number. */
export interface Held {
  readonly photos: Map<number, RasterImage>;
  readonly results: Map<number, Colorization>;
}

/** @throws {TypeError} If the photo was released meanwhile. */
function heldPhoto(photos: Held['photos'], held: number): RasterImage {
  const photo = photos.get(held);
  if (photo !== undefined) return photo;
  throw new TypeError('Cannot color a photo as the worker does not hold it any more: read it again');
}

/** Colors photos with whatever colorizer the thread has at the time. */
export function colorizerHandlers(
  { photos, results }: Held,
  place: ColorizerPlace,
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
    readPhoto: async ({ image, name, maxPixels, maxSide }, { signal }) => {
      const options = { name, signal, maxSide, ...(maxPixels !== undefined && { maxPixels }) };
      const photo = await decodeImage(image, options);
      const { width, height } = photo;
      const tone = await imageTone(photo);
      const held = count++;
      photos.set(held, photo);
      return { held, width, height, tone };
    },
    colorize: async ({ photos: sent, options }, { signal, tell }) => {
      const request = { ...withReference(options), signal, onProgress: tell };
      const found = await colorizerOf(place).colorize(sent.map(photoOf), request);
      return found.map((ofPhoto) => ofPhoto.map(keep));
    },
    decode: async ({ photo, latents, wishes }) => {
      const found = await colorizerOf(place).decode(photoOf(photo), latents, withReference(wishes));
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
