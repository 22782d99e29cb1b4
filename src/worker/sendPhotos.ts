import type { ImageTone } from '../data/colorStatistics.js';
import type { RasterImage } from '../data/image.js';
import type { ColorLock, ColorWishes } from '../inference/steering/wishes.js';
import { channelsOf } from '../data/image.js';
import type { SentPhoto, SentWishes } from './messages.js';

/** A photo that a worker holds, see `readPhoto` of a `WorkerColorizer`. */
export interface WorkerPhoto {
  readonly width: number;
  readonly height: number;
  /** Whether the photo is grey; of one that has color, only the lightness is used. See `imageTone`. */
  readonly tone: ImageTone;
  /** Lets the worker forget the photo; results that were made of it stay. */
  readonly release: () => void;
}

/** What can be asked of the colors of a photo; the reference may be a photo that the worker holds. */
export interface WorkerWishes extends Omit<ColorWishes, 'reference'> {
  /** A photo in color whose colors the results should take. */
  readonly reference?: RasterImage | WorkerPhoto;
}

/** The numbers of the photos that a worker holds. */
export type PhotoNumbers = Pick<WeakMap<WorkerPhoto, number>, 'get'>;

/** Things that can be posted, and what of them is moved. */
export interface Parcel<T> {
  readonly content: T;
  readonly transfer: Transferable[];
}

function packRaster(action: string, image: RasterImage, move: boolean): Parcel<RasterImage> {
  channelsOf(action, image);
  const { width, height, data } = image;
  const { buffer, byteLength } = data;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  // Of a view, posting would copy all that is around it.
  const sent = move && isWhole ? data : data.slice();
  return { content: { width, height, data: sent }, transfer: [sent.buffer as ArrayBuffer] };
}

/**
 * A photo as it is posted.
 *
 * @param move Whether its pixels move to the worker: the caller's array is empty then.
 * @throws {TypeError} If the worker does not hold the photo, or the data of a picture do not fit its width and height.
 * @throws {RangeError} If a picture has no width or height.
 */
export function packPhoto(
  action: string,
  photo: RasterImage | WorkerPhoto,
  { numbers, move }: { readonly numbers: PhotoNumbers; readonly move: boolean },
): Parcel<SentPhoto> {
  if ('data' in photo) return packRaster(action, photo, move);
  const held = numbers.get(photo);
  if (held !== undefined) return { content: { held }, transfer: [] };
  throw new TypeError(
    `Cannot ${action} as the worker does not hold the photo: read it again with readPhoto()`,
  );
}

function packLock(action: string, { result, region }: ColorLock): Parcel<ColorLock> {
  const { colorField } = result;
  if (!('data' in region)) return { content: { result: { colorField }, region }, transfer: [] };
  const { content, transfer } = packRaster(action, region, false);
  return { content: { result: { colorField }, region: content }, transfer };
}

/** Wishes as they are posted; pictures among them are copied. */
export function packWishes(
  action: string,
  { hints, palette, saturation, reference, lock }: WorkerWishes,
  numbers: PhotoNumbers,
): Parcel<SentWishes> {
  const model = reference && packPhoto(action, reference, { numbers, move: false });
  const locked = lock && packLock(action, lock);
  const content = {
    ...(hints && { hints }),
    ...(palette && { palette }),
    ...(saturation !== undefined && { saturation }),
    ...(model && { reference: model.content }),
    ...(locked && { lock: locked.content }),
  };
  return { content, transfer: [...(model?.transfer ?? []), ...(locked?.transfer ?? [])] };
}
