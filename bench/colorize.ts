/** Speed of coloring one photo, with networks that were not trained: the work is the same. */
import { colorizer, colorizerModels, shrinkImage } from 'polyhue';
import { decodeImage } from 'polyhue/node';

import { medianMs } from './measure.js';

const PHOTO = 'examples/photos/dahlia.jpg';

/** Median processor time of coloring a photo of 512 x 342 pixels, in milliseconds, on the current backend. */
export async function colorizeTimes(): Promise<Map<string, number>> {
  const painter = colorizer(colorizerModels({ preset: 'compact', seed: 0 }));
  const photo = await decodeImage(PHOTO);
  const small = shrinkImage(photo, 64);
  const fields = (count: number) => async () => {
    await painter.colorize(small, { count, mode: 'samples' });
  };
  const pictures = (count: number) => async () => {
    for (const result of await painter.colorize(photo, { count, mode: 'samples' })) await result.toRaster();
  };
  const files = async (): Promise<void> => {
    for (const result of await painter.colorize(photo, { count: 5, mode: 'samples' })) await result.toPng();
  };
  const times = new Map<string, number>();
  for (const count of [1, 5, 20])
    times.set(`networks alone, ${count} results`, await medianMs(fields(count)));
  for (const count of [1, 5])
    times.set(`512 px photo, ${count} results`, await medianMs(pictures(count), 2000));
  times.set('512 px photo, 5 results as PNG', await medianMs(files, 2000));
  painter.dispose();
  return times;
}
