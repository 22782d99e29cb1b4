import { channelsOf, type RasterImage } from './image.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Color types of the PNG specification, by number of channels. */
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;

/** The filter that stores differences from the row above: cheap, and photos come out a third smaller than without. */
const UP = 2;

/** Bytes handed to the compressor at once. */
const BLOCK_BYTES = 2 ** 18;

/** Remainders of each byte by the reversed polynomial of CRC-32, ISO 3309. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (0xedb88320 & -(remainder & 1));
  return remainder;
});

function crc32(bytes: Uint8Array): number {
  let remainder = -1;
  for (let i = 0; i < bytes.length; i++) {
    remainder = (remainder >>> 8) ^ CRC_TABLE[(remainder ^ bytes[i]!) & 255]!;
  }
  return ~remainder;
}

/** A chunk: its length, its type, its bytes and a checksum of type and bytes. */
function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setInt32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

function header({ width, height }: RasterImage, channels: 1 | 3 | 4): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes.set([8, COLOR_TYPES[channels]], 8); // bits a channel; the rest is 0: deflate, filters by row, not interlaced
  return bytes;
}

/** Rows `first` to `end`, each as its filter and its differences from the row above. */
function filterRows({ data, height }: RasterImage, first: number, end: number): Uint8Array<ArrayBuffer> {
  const length = data.length / height;
  const filtered = new Uint8Array((end - first) * (length + 1));
  let above = first === 0 ? new Uint8Array(length) : data.subarray((first - 1) * length, first * length);
  for (let row = first, to = 0; row < end; row++) {
    const current = data.subarray(row * length, (row + 1) * length);
    filtered[to++] = UP;
    for (let i = 0; i < length; i++) filtered[to++] = current[i]! - above[i]!;
    above = current;
  }
  return filtered;
}

/** The filtered rows of a picture, a block at a time. */
function filteredRows(image: RasterImage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { height, data } = image;
  const rowsAtOnce = Math.max(1, Math.floor((BLOCK_BYTES * height) / data.length));
  let row = 0;
  return new ReadableStream({
    pull(controller) {
      const end = Math.min(height, row + rowsAtOnce);
      controller.enqueue(filterRows(image, row, end));
      row = end;
      if (row === height) controller.close();
    },
  });
}

/**
 * A picture as the bytes of a PNG file: lossless, 8 bits, as many channels as the picture has.
 *
 * It is compressed by the platform's own `CompressionStream`, beside the calling thread where the platform does so.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 * @see W3C, Portable Network Graphics (PNG) Specification.
 */
export async function encodePng(image: RasterImage): Promise<Uint8Array<ArrayBuffer>> {
  const channels = channelsOf('encode a PNG', image);
  const compressed = filteredRows(image).pipeThrough(new CompressionStream('deflate'));
  const pixels = new Uint8Array(await new Response(compressed).arrayBuffer());
  const chunks = [
    chunk('IHDR', header(image, channels)),
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array()),
  ];
  return new Uint8Array(await new Blob([Uint8Array.from(SIGNATURE), ...chunks]).arrayBuffer());
}
