import { element } from './page.js';

const [WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [400, 180, 44, 392, 20, 8];
/** Points of a line; more are averaged. */
const MOST_POINTS = 160;

/** A loss at a step. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

/** Lines of losses over steps, drawn as they come. */
export interface LossChart {
  readonly add: (line: 'training' | 'validation', point: Point) => void;
  readonly clear: (steps: number) => void;
}

/** Means of parts of a line of equal length. */
function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  const parts = Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
    points.slice(i * size, (i + 1) * size),
  );
  return parts.map((part) => ({
    step: part.at(-1)!.step,
    value: part.reduce((sum, { value }) => sum + value, 0) / part.length,
  }));
}

/** A moving mean: each value counts a tenth less than the one after it. */
function movingMean(): (value: number) => number {
  let [sum, weight] = [0, 0];
  return (value) => {
    [sum, weight] = [0.9 * sum + value, 0.9 * weight + 1];
    return sum / weight;
  };
}

/** Losses that are all positive are drawn by their logarithms, so that the later ones can be told apart. */
function scaleOf(values: readonly number[]): (value: number) => number {
  const scale = values.every((value) => value > 0) ? Math.log : (value: number): number => value;
  const [low, high] = [Math.min(...values), Math.max(...values)].map(scale) as [number, number];
  const span = high - low || 1;
  return (value) => TOP + (1 - (scale(value) - low) / span) * (HEIGHT - TOP - BOTTOM);
}

const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

const MARKUP = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
  <path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${RIGHT}" />
  <text class="high" x="${LEFT - 4}" y="${TOP + 6}" text-anchor="end"></text>
  <text class="low" x="${LEFT - 4}" y="${HEIGHT - BOTTOM}" text-anchor="end"></text>
  <text x="${LEFT}" y="${HEIGHT - 5}">0</text>
  <text class="steps" x="${RIGHT}" y="${HEIGHT - 5}" text-anchor="end"></text>
  <polyline class="training" /><polyline class="trend" /><polyline class="validation" />
</svg>
<p class="legend"><i class="training"></i> training <i class="validation"></i> validation <span></span></p>`;

const emptyLines = (): Record<'training' | 'trend' | 'validation', Point[]> => ({
  training: [],
  trend: [],
  validation: [],
});

/** A chart in the element of a selector; `name` is what screen readers call it. */
export function lossChart(selector: string, name: string): LossChart {
  const box = element(selector);
  box.innerHTML = MARKUP;
  let lines = emptyLines();
  let trend = movingMean();
  let steps = 1;
  let isDue = false;

  const draw = (): void => {
    isDue = false;
    const thin = {
      training: thinned(lines.training),
      trend: thinned(lines.trend),
      validation: lines.validation,
    };
    const values = [...thin.training, ...thin.validation].map(({ value }) => value);
    const y = scaleOf(values);
    for (const line of ['training', 'trend', 'validation'] as const) {
      const points = thin[line].map(
        ({ step, value }) => `${(LEFT + (step / steps) * (RIGHT - LEFT)).toFixed(1)},${y(value).toFixed(1)}`,
      );
      element(`polyline.${line}`, box).setAttribute('points', points.join(' '));
    }
    element('.high', box).textContent = values.length ? short(Math.max(...values)) : '';
    element('.low', box).textContent = values.length ? short(Math.min(...values)) : '';
    element('.steps', box).textContent = values.length ? `${steps} steps` : '';
    const last = thin.training.at(-1);
    const now = last === undefined ? '' : `${short(last.value)} at step ${last.step}`;
    element('.legend span', box).textContent = now;
    element('svg', box).setAttribute('aria-label', `Loss of the ${name}: ${now || 'not trained yet'}`);
  };
  const drawSoon = (): void => {
    if (!isDue) requestAnimationFrame(draw);
    isDue = true;
  };
  draw();
  return {
    add: (line, point) => {
      lines[line].push(point);
      if (line === 'training') lines.trend.push({ ...point, value: trend(point.value) });
      drawSoon();
    },
    clear: (total) => {
      [lines, trend, steps] = [emptyLines(), movingMean(), total];
      drawSoon();
    },
  };
}
