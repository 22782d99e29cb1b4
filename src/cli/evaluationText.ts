import type { ColorizerEvaluation, SystemEvaluation } from '../evaluation/evaluation.js';
import { type FigureName, FIGURE_NAMES, FIGURES } from '../evaluation/figures.js';
import { SYSTEM_LABELS } from '../evaluation/systemLabels.js';
import type { Estimate } from '../metrics/bootstrapMean.js';
import type { WeightCalibration } from '../metrics/weightCalibration.js';

/** What the table of systems compares them by, with short heads. */
const COMPARED: readonly (readonly [FigureName, string])[] = [
  ['bestError', 'best of K'],
  ['perPixelBestError', 'per pixel'],
  ['firstError', 'first'],
  ['variance', 'variance'],
  ['pairwiseCiede2000', 'CIEDE2000'],
  ['bestPeakSignalToNoise', 'PSNR'],
  ['colorfulness', 'colorful'],
];

/** Rows as lines; the first column is flush left, the others flush right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

const valueText = (estimate: Estimate, digits: number): string => estimate.value.toFixed(digits);

function intervalText({ interval }: Estimate, digits: number): string {
  return interval === null ? '' : `${interval[0].toFixed(digits)} to ${interval[1].toFixed(digits)}`;
}

/** All figures of the model that could be computed. */
function figureTable({ figures }: SystemEvaluation): string[] {
  const rows = FIGURE_NAMES.flatMap((name) => {
    const estimate = figures[name];
    const { label, digits } = FIGURES[name];
    return estimate === null ? [] : [[label, valueText(estimate, digits), intervalText(estimate, digits)]];
  });
  return table([['', 'value', '95 % interval'], ...rows]);
}

function systemTable(systems: readonly SystemEvaluation[]): string[] {
  const rows = systems.map(({ name, figures }) => {
    const cells = COMPARED.map(([figure]) => {
      const estimate = figures[figure];
      return estimate === null ? '' : valueText(estimate, FIGURES[figure].digits);
    });
    const best = figures.bestError;
    return [SYSTEM_LABELS[name], ...cells, best === null ? '' : intervalText(best, FIGURES.bestError.digits)];
  });
  return table([['', ...COMPARED.map(([, head]) => head), 'best of K, 95 %'], ...rows]);
}

function calibrationTable({ bins, expectedError }: WeightCalibration, outcome: string): string[] {
  const rows = bins.map(({ least, most, meanWeight, frequency, count }) => [
    `${least.toFixed(1)} to ${most.toFixed(1)}`,
    meanWeight.toFixed(3),
    frequency.toFixed(3),
    String(count),
  ]);
  return [...table([['weight', 'mean', outcome, 'count'], ...rows]), `mean gap ${expectedError.toFixed(3)}`];
}

/** What an evaluation found, for a person at a terminal. */
export function evaluationText(evaluation: ColorizerEvaluation): string {
  const { settings, photos, size, systems, calibration } = evaluation;
  const { count, mode, temperature, seed } = settings;
  const drawn = mode === 'samples' ? `samples at temperature ${temperature}, seed ${seed}` : 'modes';
  const lines = [
    `${photos.length} photos at ${size} x ${size} pixels, K = ${count} ${drawn}; errors are mean |ab difference| / 128`,
    '',
    ...figureTable(systems[0]!),
  ];
  if (systems.length > 1) lines.push('', ...systemTable(systems));
  if (calibration.nearest !== null)
    lines.push('', ...calibrationTable(calibration.nearest, 'nearest to the code'));
  if (calibration.best !== null) lines.push('', ...calibrationTable(calibration.best, 'best result'));
  return `${lines.join('\n')}\n`;
}
