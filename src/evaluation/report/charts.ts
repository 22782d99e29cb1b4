import type { WeightCalibration } from '../../metrics/weightCalibration.js';
import type { ColorizerEvaluation, SystemEvaluation } from '../evaluation.js';
import type { SystemName } from '../paintSystems.js';
import { SYSTEM_LABELS } from '../systemLabels.js';
import { type ChartSeries, lineChart } from './lineChart.js';

const COLORS: Readonly<Record<SystemName, number>> = {
  model: 1,
  grey: 5,
  meanColor: 5,
  meanColorField: 6,
  meanByLightness: 2,
  prior: 3,
  priorCenters: 4,
  reconstruction: 5,
};

/** Baselines of one result that are drawn beside the systems of several. */
const LEVELS: readonly SystemName[] = ['meanByLightness', 'reconstruction'];

function figure(chart: string, caption: string): string {
  return chart === '' ? '' : `<figure>${chart}<figcaption>${caption}</figcaption></figure>`;
}

/** Error of best against the number of results. */
export function countChart(systems: readonly SystemEvaluation[]): string {
  const several = systems.filter(({ results }) => results > 1);
  if (several.length === 0) return '';
  const curves = several.map(({ name, errorByCount }): ChartSeries => {
    const points = errorByCount.map(({ value, interval }, i) => ({
      x: i + 1,
      y: value,
      interval: name === 'model' ? interval : null,
    }));
    return { name: SYSTEM_LABELS[name], color: COLORS[name], points };
  });
  const most = Math.max(...several.map(({ results }) => results));
  const levels = systems.flatMap(({ name, errorByCount }): ChartSeries[] => {
    if (!LEVELS.includes(name)) return [];
    const points = [1, most].map((x) => ({ x, y: errorByCount[0]!.value }));
    return [{ name: SYSTEM_LABELS[name], color: COLORS[name], dashed: true, points }];
  });
  const labels = { xLabel: 'results per photo, K', yLabel: 'error of best' };
  return figure(
    lineChart([...curves, ...levels], { title: 'Error of best against K', ...labels, wholeX: true }),
    'Error of the best of the first K results; the band is the 95 % interval of the model.',
  );
}

function riskSeries(
  risk: readonly (number | null)[],
  bin: number,
  style: Omit<ChartSeries, 'points'>,
): ChartSeries {
  const points = risk.flatMap((y, i) => (y === null ? [] : [{ x: (i + 0.5) * bin, y }]));
  return { ...style, points };
}

/** Error against the true chroma. */
export function riskChart({ systems, chromaBin }: ColorizerEvaluation): string {
  const [model] = systems;
  const first = riskSeries(model!.risk.first, chromaBin, { name: 'model, first result', color: 2 });
  const best = riskSeries(model!.risk.best, chromaBin, { name: 'model, best result', color: 1 });
  const all = first.points.map(({ x }) => ({ x, y: x }));
  const grey: ChartSeries = { name: 'grey: all color lost', color: 5, dashed: true, points: all };
  const shown = model!.results > 1 ? [best, first, grey] : [first, grey];
  const labels = { xLabel: 'true chroma of the pixel, Lab units', yLabel: 'mean ab distance' };
  return figure(
    lineChart(shown, { title: 'Error against chroma', ...labels, yFrom: 0 }),
    'Distance to the true color by how strong that color is. On the dashed line a result is as wrong as a grey photo.',
  );
}

/** How often predictions came true, against their weight. */
export function calibrationChart({ nearest, best }: ColorizerEvaluation['calibration']): string {
  const seriesOf = (calibration: WeightCalibration | null, name: string, color: number): ChartSeries => ({
    name,
    color,
    points: calibration?.bins.map(({ meanWeight, frequency }) => ({ x: meanWeight, y: frequency })) ?? [],
  });
  const measured = [
    seriesOf(nearest, 'component is the nearest to the true code', 1),
    seriesOf(best, 'result is the best of those shown', 2),
  ];
  const most = Math.max(0, ...measured.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y])));
  const diagonal = [0, most].map((x) => ({ x, y: x }));
  const ideal: ChartSeries = { name: 'calibrated', color: 5, dashed: true, points: diagonal };
  const labels = { xLabel: 'weight in the mixture', yLabel: 'how often it is right' };
  return figure(
    most === 0
      ? ''
      : lineChart([...measured, ideal], { title: 'Calibration of weights', ...labels, yFrom: 0 }),
    'Weights in tenths of their range. Above the dashed line the mixture is too modest, below it too sure.',
  );
}
