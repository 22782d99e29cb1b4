import { escapeHtml } from './html.js';

const [WIDTH, HEIGHT] = [480, 300];
/** Space around the plot, for labels. */
const MARGIN = { top: 12, right: 14, bottom: 44, left: 56 };
const PLOT = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
/** About so many labels on an axis. */
const TICKS = 5;

/** A point of a line, and how far it could be off. */
interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly interval?: readonly [low: number, high: number] | null;
}

/** A line of a chart. */
export interface ChartSeries {
  readonly name: string;
  /** Number of its color, from 1 to 6. */
  readonly color: number;
  /** For what is there to compare with. */
  readonly dashed?: boolean;
  readonly points: readonly ChartPoint[];
}

export interface LineChartOptions {
  /** Says what is seen, for those who cannot see it. */
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Whether x has whole numbers only. */
  readonly wholeX?: boolean;
  /** Where the axis of y begins; with the data where it is absent. */
  readonly yFrom?: number;
}

/** A range of values and the round numbers in it. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

/** Steps of 1, 2 or 5 times a power of ten, so that about `TICKS` of them fill the range. */
function tickStep(range: number): number {
  const rough = range / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

/** The axis that holds `values`, from one round number to another. */
export function axisOf(values: readonly number[], whole = false): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const range = most - least || Math.abs(most) || 1;
  const step = whole ? Math.max(1, Math.round(tickStep(range))) : tickStep(range);
  if (whole) {
    const ticks = Array.from({ length: Math.floor(range / step) + 1 }, (_, i) => least + i * step);
    return { from: least, to: Math.max(most, least + 1), ticks };
  }
  const [first, last] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { from: first * step, to: Math.max(last, first + 1) * step, ticks };
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** A number as short as it can be told from its neighbors. */
function tickText(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

interface Scales {
  readonly x: (value: number) => string;
  readonly y: (value: number) => string;
}

function scalesOf(xAxis: Axis, yAxis: Axis): Scales {
  const share = (value: number, { from, to }: Axis): number => (value - from) / (to - from);
  return {
    x: (value) => round(MARGIN.left + PLOT.width * share(value, xAxis)),
    y: (value) => round(MARGIN.top + PLOT.height * (1 - share(value, yAxis))),
  };
}

function gridLines(xAxis: Axis, yAxis: Axis, { x, y }: Scales): string {
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const rows = yAxis.ticks.map(
    (value) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${MARGIN.left - 8}" y="${y(value)}" dy="4" text-anchor="end">${tickText(value, yAxis.ticks)}</text>`,
  );
  const columns = xAxis.ticks.map(
    (value) =>
      `<text x="${x(value)}" y="${bottom + 18}" text-anchor="middle">${tickText(value, xAxis.ticks)}</text>`,
  );
  return [...rows, ...columns].join('');
}

function band({ points, color }: ChartSeries, { x, y }: Scales): string {
  const known = points.flatMap((point) =>
    point.interval ? [{ at: point.x, interval: point.interval }] : [],
  );
  if (known.length < 2) return '';
  const upper = known.map(({ at, interval }) => `${x(at)},${y(interval[1])}`);
  const lower = known.map(({ at, interval }) => `${x(at)},${y(interval[0])}`).toReversed();
  return `<polygon class="band s${color}" points="${[...upper, ...lower].join(' ')}"/>`;
}

function line(series: ChartSeries, { x, y }: Scales): string {
  const { points, color, dashed = false } = series;
  const places = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ');
  const dots = dashed
    ? ''
    : points
        .map((point) => `<circle class="s${color}" cx="${x(point.x)}" cy="${y(point.y)}" r="3"/>`)
        .join('');
  return `<polyline class="line s${color}${dashed ? ' dashed' : ''}" points="${places}"/>${dots}`;
}

function legend(series: readonly ChartSeries[]): string {
  const entries = series.map(({ name, color, dashed = false }) => {
    const sample = `<line class="line s${color}${dashed ? ' dashed' : ''}" x1="0" x2="24" y1="6" y2="6"/>`;
    return `<li><svg viewBox="0 0 24 12" width="24" height="12" aria-hidden="true">${sample}</svg>${escapeHtml(name)}</li>`;
  });
  return `<ul class="legend">${entries.join('')}</ul>`;
}

/** Lines over common axes, as SVG that takes its colors from the style sheet, with a legend below; nothing without points. */
export function lineChart(series: readonly ChartSeries[], options: LineChartOptions): string {
  const { title, xLabel, yLabel, wholeX = false, yFrom } = options;
  const shown = series.filter(({ points }) => points.length > 0);
  const points = shown.flatMap((one) => one.points);
  if (points.length === 0) return '';
  const heights = points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]);
  const xAxis = axisOf(points.map(({ x }) => x), wholeX); // prettier-ignore
  const yAxis = axisOf(yFrom === undefined ? heights : [yFrom, ...heights]);
  const scales = scalesOf(xAxis, yAxis);
  const middle = MARGIN.left + PLOT.width / 2;
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    gridLines(xAxis, yAxis, scales),
    ...shown.map((one) => band(one, scales)),
    ...shown.map((one) => line(one, scales)),
    `<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(xLabel)}</text>`,
    `<text transform="rotate(-90)" x="${-(MARGIN.top + PLOT.height / 2)}" y="14" text-anchor="middle">${escapeHtml(yLabel)}</text>`,
    '</svg>',
    legend(shown),
  ].join('');
}
