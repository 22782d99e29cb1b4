/**
 * What more chroma costs: error and colorfulness of five results at several saturations, photos cropped to 64 x 64 pixels.
 *
 * Run: npx tsx bench/chroma.ts MODEL PHOTOS [LIMIT] [SATURATION...]     PHOTOS is a folder or a tar file
 */
import { type Colorization, loadColorizer } from 'polyhue';
import { colorfulness } from 'polyhue/metrics';
import { folderStore, openImages, startBackend } from 'polyhue/node';

import { type TestPhoto, usablePhotos } from '../src/evaluation/testPhoto.js';
import { printTable } from './measure.js';

const COUNT = 5;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean |ab difference| / 128 of a result. */
function errorOf({ colorField: { values } }: Colorization, { colorField }: TestPhoto): number {
  return mean(Array.from(colorField, (value, i) => Math.abs(value - values[i]!)));
}

async function colorfulnessOf(result: Colorization): Promise<number> {
  const { data } = await result.toRaster();
  return colorfulness(data, { absolute: true });
}

async function main([model, photos, limit = '120', ...saturations]: string[]): Promise<void> {
  await startBackend('wasm');
  const colorizer = await loadColorizer(folderStore(model!));
  const source = await openImages(photos!);
  const size = colorizer.models.colorVae.config.imageSize;
  const count = Math.min(Number(limit), source.length);
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * source.length) / count));
  const tested: TestPhoto[] = [];
  for await (const photo of usablePhotos(source, { indices, size, signal: undefined, onPhoto: () => {} }))
    tested.push(photo);

  const grey = mean(tested.map(({ colorField }) => mean(Array.from(colorField, Math.abs))));
  const truth = mean(tested.map(({ rgb }) => colorfulness(rgb, { absolute: true })));
  const rows: string[][] = [];
  for (const saturation of saturations.length > 0 ? saturations.map(Number) : [1, 1.5, 2, 3]) {
    const [best, first, firstColor, allColor]: number[][] = [[], [], [], []];
    for (const photo of tested) {
      const image = { width: size, height: size, data: photo.rgb };
      const results = await colorizer.colorize(image, { count: COUNT, saturation });
      const errors = results.map((result) => errorOf(result, photo));
      const colors = await Promise.all(results.map(colorfulnessOf));
      best!.push(Math.min(...errors));
      first!.push(errors[0]!);
      firstColor!.push(colors[0]!);
      allColor!.push(mean(colors));
    }
    const share = `${((100 * mean(best!)) / grey).toFixed(1)} %`;
    const figures = [
      mean(first!).toFixed(4),
      ...[firstColor!, allColor!].map((list) => mean(list).toFixed(1)),
    ];
    rows.push([String(saturation), mean(best!).toFixed(4), share, ...figures, truth.toFixed(1)]);
  }
  colorizer.dispose();
  printTable(
    ['saturation', 'best of 5', '/ grey', 'first', 'chroma of first', 'of all 5', 'of the photos'],
    rows,
  );
}

await main(process.argv.slice(2));
