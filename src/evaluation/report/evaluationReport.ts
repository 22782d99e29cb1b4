import type { ColorizerEvaluation, PhotoEvaluation } from '../evaluation.js';
import { type FigureName, FIGURES } from '../figures.js';
import { abPlane } from './abPlane.js';
import { type CaseGroup, caseGroups, type CaseOptions, type CasePictures, casePictures } from './cases.js';
import { calibrationChart, countChart, riskChart } from './charts.js';
import { escapeHtml, pictureUrl } from './html.js';
import { STYLE } from './style.js';
import { figureTable, intervalText, numberText } from './tables.js';

/** Figures that stand at the head of the report. */
const KEY_FIGURES: readonly FigureName[] = ['bestError', 'firstError', 'variance', 'pairwiseCiede2000'];

export interface EvaluationReportOptions extends CaseOptions {
  /**
   * What was measured, for the title.
   *
   * @defaultValue `'a colorizer'`
   */
  readonly title?: string;
}

function keyFigures({ systems }: ColorizerEvaluation): string {
  const { figures } = systems[0]!;
  const entries = KEY_FIGURES.flatMap((name) => {
    const estimate = figures[name];
    const { label, digits } = FIGURES[name];
    if (estimate === null) return [];
    const bounds = estimate.interval === null ? '' : intervalText(estimate.interval, digits);
    const value = `<b>${numberText(estimate.value, digits)}</b>`;
    return [`<li>${escapeHtml(label)}${value}<span class="soft">${bounds}</span></li>`];
  });
  return `<ul class="key">${entries.join('')}</ul>`;
}

function summary({ settings, photos, leftOut, size }: ColorizerEvaluation): string {
  const { count, mode, temperature, seed } = settings;
  const drawn = mode === 'modes' ? mode : `${mode} at temperature ${temperature}`;
  const grey = leftOut.filter(({ error }) => error === null).length;
  const left =
    leftOut.length === 0 ? '' : ` ${grey} grey and ${leftOut.length - grey} unreadable photos are left out.`;
  return `<p class="soft">${photos.length} photos at ${size} × ${size} pixels; K = ${count} ${drawn}, seed ${seed}.${left}</p>`;
}

async function planes({ ab }: ColorizerEvaluation, count: number): Promise<string> {
  const results = ab.all.map((value) => value / count); // as many pixels as the photos have
  const shown = [
    ['Photos', ab.truth],
    ['First results', ab.first],
    ['All results', results],
  ] as const;
  const most = Math.max(...shown.flatMap(([, counts]) => counts));
  const parts = shown.map(async ([name, counts]) => {
    const url = await pictureUrl(await abPlane(counts, ab.bin, most));
    const axes = '<span class="a">a</span><span class="b">b</span>';
    return `<figure><div class="plane"><img src="${url}" alt="${name} over the ab plane">${axes}</div><figcaption>${name}</figcaption></figure>`;
  });
  return `<div class="planes">${(await Promise.all(parts)).join('')}</div>`;
}

function tile(url: string, caption: string, classes = ''): string {
  const text = escapeHtml(caption);
  return `<div class="tile${classes}"><img src="${url}" alt="${text}">${text}</div>`;
}

async function caseRow(photo: PhotoEvaluation, pictures: CasePictures): Promise<string> {
  const results = pictures.results.map(async ({ image, weight, isBest }, i) => {
    const percent = `${Math.round(weight * 100)} %${isBest ? ', best' : ''}`;
    return tile(await pictureUrl(image), percent, `${i === 0 ? ' gap' : ''}${isBest ? ' best' : ''}`);
  });
  const tiles = [
    tile(await pictureUrl(pictures.grey), 'given'),
    ...(await Promise.all(results)),
    tile(await pictureUrl(pictures.truth), 'true', ' gap'),
  ];
  const errors = `error of best ${photo.bestError.toFixed(4)}, of first ${photo.firstError.toFixed(4)}`;
  return `<div class="case"><div class="soft">${escapeHtml(photo.name)}: ${errors}</div><div class="row">${tiles.join('')}</div></div>`;
}

async function groupSection(
  { title, photos }: CaseGroup,
  options: CaseOptions,
  evaluation: ColorizerEvaluation,
): Promise<string> {
  const rows: string[] = [];
  for (const photo of photos) rows.push(await caseRow(photo, await casePictures(photo, options, evaluation)));
  return `<h3>${title}</h3>${rows.join('')}`;
}

async function caseSections(options: CaseOptions, evaluation: ColorizerEvaluation): Promise<string> {
  const sections: string[] = [];
  for (const group of caseGroups(evaluation.photos))
    sections.push(await groupSection(group, options, evaluation));
  return sections.join('');
}

function page(title: string, body: readonly string[]): string {
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
  ];
  return `<!doctype html>\n<html lang="en">\n<head>${head.join('')}</head>\n<body>\n${body.join('\n')}\n</body>\n</html>\n`;
}

/**
 * An evaluation as one HTML page that needs no other file: tables, plots, and pictures of the best, middle and worst cases.
 *
 * @param evaluation What `evaluateColorizer` found.
 * @param options The models and the photos that it found it with: a dozen photos are colored once more.
 * @returns The text of the page.
 * @throws {ImageError} If one of the photos can no longer be read.
 */
export async function evaluationReport(
  evaluation: ColorizerEvaluation,
  options: EvaluationReportOptions,
): Promise<string> {
  const { title = 'a colorizer' } = options;
  const { systems, settings } = evaluation;
  const heading = `Evaluation of ${escapeHtml(title)}`;
  return page(heading, [
    `<h1>${heading}</h1>`,
    summary(evaluation),
    keyFigures(evaluation),
    '<h2>Figures</h2>',
    '<p class="soft">Errors are mean |Δab| / 128 unless named otherwise. Below each figure its 95 % interval, by the bootstrap over photos. ' +
      'The best of a row is bold; the reconstruction knows the true colors and takes no part.</p>',
    figureTable(systems),
    '<h2>Plots</h2>',
    `<div class="charts">${countChart(systems)}${riskChart(evaluation)}${calibrationChart(evaluation.calibration)}</div>`,
    '<h2>Colors used</h2>',
    '<p class="soft">Pixels over the ab plane, grey in the middle; the denser the color, the more pixels, by the logarithm.</p>',
    await planes(evaluation, settings.count),
    '<h2>Photos</h2>',
    '<p class="soft">By the error of the best result, which is framed. Under each result the weight of its component.</p>',
    await caseSections(options, evaluation),
  ]);
}
