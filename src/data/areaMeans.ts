import { channelsOf, type RasterImage } from './image.js';

/** Source pixels that one cell covers: from `first` up to `end`, not included; at least one. */
function cover(cell: number, cells: number, pixels: number): readonly [first: number, end: number] {
  const first = Math.floor((cell * pixels) / cells);
  return [first, Math.max(first + 1, Math.floor(((cell + 1) * pixels) / cells))];
}

/**
 * The mean color of each cell of a grid over a picture; transparency is ignored.
 *
 * @returns Red, green and blue from 0 to 255, row by row, shape `[side, side, 3]`.
 */
export function areaMeans(image: RasterImage, side: number): Float32Array {
  const channels = channelsOf('compute areaMeans', image);
  const columns = Array.from({ length: side }, (_, x) => cover(x, side, image.width));
  const means = new Float32Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const rows = cover(y, side, image.height);
    for (let x = 0; x < side; x++)
      means.set(cellMean(image, channels, rows, columns[x]!), (y * side + x) * 3);
  }
  return means;
}

type Span = readonly [first: number, end: number];

function cellMean({ width, data }: RasterImage, channels: number, rows: Span, columns: Span): number[] {
  const green = channels === 1 ? 0 : 1;
  let [red, greenSum, blue] = [0, 0, 0];
  for (let y = rows[0]; y < rows[1]; y++) {
    const end = (y * width + columns[1]) * channels;
    for (let i = (y * width + columns[0]) * channels; i < end; i += channels) {
      red += data[i]!;
      greenSum += data[i + green]!;
      blue += data[i + 2 * green]!;
    }
  }
  const pixels = (rows[1] - rows[0]) * (columns[1] - columns[0]);
  return [red / pixels, greenSum / pixels, blue / pixels];
}
