import { assertImageIndex, type ImageSource } from '../data/imageSource.js';
import { assertPositiveInteger } from '../errors.js';
import { decodeImage, type DecodeImageOptions } from './decodeImage.js';

/**
 * Pictures that the user chose or dropped, decoded when they are asked for.
 *
 * @param files For example the `files` of an `<input type="file" multiple>`; they keep their order.
 * @throws {RangeError} If there are none.
 */
export function blobSource(
  files: ArrayLike<Blob>,
  options: Pick<DecodeImageOptions, 'maxPixels'> = {},
): ImageSource {
  const blobs = Array.from(files);
  assertPositiveInteger('create blobSource', 'files.length', blobs.length);
  const nameOf = (index: number): string => {
    const blob = blobs[index];
    return blob instanceof File ? blob.name : `image ${index}`;
  };
  return {
    length: blobs.length,
    name: nameOf,
    read: async (index, { signal } = {}) => {
      assertImageIndex('read an image', index, blobs.length);
      return decodeImage(blobs[index]!, { ...options, name: nameOf(index), signal });
    },
  };
}
