import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { memorySource } from '../../../src/data/imageSource.js';
import { abPlane } from '../../../src/evaluation/report/abPlane.js';
import { caseGroups, casePictures } from '../../../src/evaluation/report/cases.js';
import { evaluateColorizer } from '../../../src/evaluation/evaluateColorizer.js';
import { evaluationReport } from '../../../src/evaluation/report/evaluationReport.js';
import { peakSignalToNoise } from '../../../src/metrics/peakSignalToNoise.js';
import { type ColorizerModels, disposeColorizerModels } from '../../../src/models/colorizerModels.js';
import { expectTensorsKeptAsync } from '../../support/numeric.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../../support/tinyModels.js';
import { COLORS, grainy } from '../../training/smallPictures.js';

const SIZE = SMALLEST_VAE.imageSize;
const PICTURES = COLORS.slice(0, 3).map((color, i) => grainy(SIZE, color, i));
const SOURCE = memorySource(PICTURES, ['<img src=x>', 'b & c', 'plain']);

let models: ColorizerModels;

beforeAll(() => {
  models = tinyModels(3, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE });
});
afterAll(() => disposeColorizerModels(models));

const photo = (index: number, bestError: number) => ({ index, name: `${index}`, bestError, firstError: 1 });

/** The page without the bytes of its pictures, in whose base64 any short word may occur. */
const withoutPictures = (page: string) => page.replaceAll(/data:image\/png;base64,[^"]*/g, '');

describe('evaluationReport()', () => {
  it('is one page with every figure, the plots and the photos, and needs nothing else', async () => {
    const evaluation = await evaluateColorizer(models, SOURCE, { count: 3, mode: 'samples', seed: 2 });
    const page = await evaluationReport(evaluation, { models, source: SOURCE, title: 'a <model>' });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<title>Evaluation of a &lt;model&gt;</title>');
    const { value } = evaluation.systems[0]!.figures.bestError!;
    expect(page).toContain(`<b>${value.toFixed(4)}</b>`);
    expect(page.match(/<svg class="chart"/g)).toHaveLength(3);
    // 3 planes of color, and for each of 3 photos the grey, 3 results and the truth.
    expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(3 + 3 * 5);
    expect(page.match(/, best</g)).toHaveLength(3);
    expect(withoutPictures(page)).not.toMatch(/NaN|undefined|Infinity|<img src=x>|https?:|<script/);
    expect(page).toContain('b &amp; c');
  });

  it('leaves out what one result has not, and leaves no tensor behind', async () => {
    const evaluation = await evaluateColorizer(models, SOURCE, { count: 1, limit: 1 });
    await expectTensorsKeptAsync(0, async () => {
      const page = await evaluationReport(evaluation, { models, source: SOURCE });
      expect(withoutPictures(page)).not.toMatch(
        /variance over K|Error of best against K|Middle|Most error|NaN/,
      );
      expect(page).toContain('Least error');
    });
  });
});

describe('casePictures()', () => {
  it('paints the very results that were measured', async () => {
    const evaluation = await evaluateColorizer(models, SOURCE, { count: 2, mode: 'samples', seed: 1 });
    const [first] = evaluation.photos;
    const { results, truth, grey } = await casePictures(first!, { models, source: SOURCE }, evaluation);
    expect(results.filter(({ isBest }) => isBest)).toHaveLength(1);
    expect(Array.from(truth.data)).toEqual(Array.from(PICTURES[0]!.data));
    const spread = Array.from(grey.data, (value, i) => Math.abs(value - grey.data[i - (i % 3)]!));
    expect(Math.max(...spread)).toBeLessThanOrEqual(1);
    const { figures } = (
      await evaluateColorizer(models, SOURCE, { count: 2, mode: 'samples', seed: 1, limit: 1 })
    ).systems[0]!;
    const best = results.find(({ isBest }) => isBest)!;
    const ratio = peakSignalToNoise(best.image.data, truth.data)!;
    expect(ratio).toBeCloseTo(figures.bestPeakSignalToNoise!.value, 5);
    const again = await casePictures(first!, { models, source: SOURCE }, evaluation);
    expect(again.results).toEqual(results);
  });
});

describe('caseGroups()', () => {
  it('takes the least, the middle and the most error, no photo twice', () => {
    const photos = Array.from({ length: 20 }, (_, i) => photo(i, ((i * 7) % 20) / 100));
    const groups = caseGroups(photos).map((group) => group.photos.map(({ bestError }) => bestError));
    expect(groups).toEqual([
      [0, 0.01, 0.02, 0.03],
      [0.08, 0.09, 0.1, 0.11],
      [0.16, 0.17, 0.18, 0.19],
    ]);
    expect(caseGroups([photo(0, 1)]).map(({ title }) => title)).toEqual(['Least error']);
    expect(caseGroups([photo(0, 1), photo(1, 2)]).map(({ photos }) => photos.length)).toEqual([1, 1]);
  });
});

describe('abPlane()', () => {
  it('shows a to the right and b to the top, the more opaque the more pixels', async () => {
    const side = 4; // bins of 64 units
    const counts = new Array<number>(side * side).fill(0);
    counts[3 * side + 1] = 10; // a from 64, b from -64
    counts[3 * side + 3] = 1;
    const { width, height, data } = await abPlane(counts, 64, 10);
    expect([width, height]).toEqual([side, side]);
    const opacity = Array.from({ length: side * side }, (_, i) => data[i * 4 + 3]!);
    expect(opacity[2 * side + 3]).toBe(255);
    expect(opacity[3]).toBeGreaterThan(20);
    expect(opacity[3]).toBeLessThan(255);
    expect(opacity.filter((value) => value > 0)).toHaveLength(2);
    const [red, green] = [data[(2 * side + 3) * 4]!, data[(2 * side + 3) * 4 + 1]!];
    expect(red).toBeGreaterThan(green); // a above 0 is red
  });
});
