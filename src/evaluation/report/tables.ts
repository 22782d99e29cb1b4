import type { Estimate } from '../../metrics/bootstrapMean.js';
import type { SystemEvaluation } from '../evaluation.js';
import { type FigureName, FIGURE_NAMES, FIGURES } from '../figures.js';
import { SYSTEM_LABELS } from '../systemLabels.js';
import { escapeHtml } from './html.js';

/** Where figures should go. */
const ARROWS = { less: ' ↓', more: ' ↑', none: '' } as const;

/** Systems that know the true colors, so that nothing is said by their being better. */
const KNOWS_TRUTH: ReadonlySet<string> = new Set(['reconstruction']);

/** The best of the systems by a figure; `undefined` where there is nothing to compare. */
function bestSystem(systems: readonly SystemEvaluation[], name: FigureName): SystemEvaluation | undefined {
  const { better } = FIGURES[name];
  const having = systems.filter((system) => !KNOWS_TRUTH.has(system.name) && system.figures[name] !== null);
  if (better === null || having.length < 2) return undefined;
  const sign = better === 'less' ? 1 : -1;
  const worth = (system: SystemEvaluation): number => sign * system.figures[name]!.value;
  return having.reduce((best, system) => (worth(system) < worth(best) ? system : best));
}

/** A number with a minus that is as wide as a digit. */
export function numberText(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '\u2212');
}

/** The bounds of an interval. */
export function intervalText([low, high]: readonly [number, number], digits: number): string {
  return `${numberText(low, digits)} \u2013 ${numberText(high, digits)}`;
}

function cell(estimate: Estimate | null, digits: number, isBest: boolean): string {
  if (estimate === null) return '<td></td>';
  const { value, interval } = estimate;
  const bounds = interval === null ? '' : `<small>${intervalText(interval, digits)}</small>`;
  return `<td${isBest ? ' class="best"' : ''}>${numberText(value, digits)}${bounds}</td>`;
}

/** All figures that could be computed, a column for each system; the best of each row is bold. */
export function figureTable(systems: readonly SystemEvaluation[]): string {
  const heads = systems.map(({ name }) => `<th scope="col">${escapeHtml(SYSTEM_LABELS[name])}</th>`);
  const rows = FIGURE_NAMES.flatMap((name) => {
    if (systems.every(({ figures }) => figures[name] === null)) return [];
    const { label, digits, better } = FIGURES[name];
    const best = bestSystem(systems, name);
    const arrow = ARROWS[better ?? 'none'];
    const cells = systems.map((system) => cell(system.figures[name], digits, system === best));
    return [`<tr><th scope="row">${escapeHtml(label)}${arrow}</th>${cells.join('')}</tr>`];
  });
  return `<div class="wide"><table><thead><tr><th></th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
