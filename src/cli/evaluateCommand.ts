import { basename, join } from 'node:path';

import { cachedSource } from '../data/cachedSource.js';
import { type ImageSource, selectImages } from '../data/imageSource.js';
import { evaluateColorizer } from '../evaluation/evaluateColorizer.js';
import type { ColorizerEvaluation } from '../evaluation/evaluation.js';
import type { EvaluateColorizerOptions, EvaluationProgress } from '../evaluation/options.js';
import { evaluationReport } from '../evaluation/report/evaluationReport.js';
import { type Colorizer, loadColorizer } from '../inference/colorizer.js';
import { openImages } from '../node/openImages.js';
import { writeFileAtomic } from '../node/writeFileAtomic.js';
import { type CommandSpec, type ParsedArguments, positiveInteger, UsageError } from './arguments.js';
import { BACKEND_OPTION, backendChoice, startChosenBackend } from './chooseBackend.js';
import { evaluationText } from './evaluationText.js';
import { assertCount, colorizeOptions, LATENT_OPTIONS } from './latentOptions.js';
import { makeFolder } from './makeFolder.js';
import { modelName, modelStore } from './modelStore.js';
import { listedIndices } from './pictureList.js';
import { type Progress, startProgress } from './progress.js';
import { EXIT, plainLine, type Terminal, writeJsonLine } from './terminal.js';

/** Pictures are kept in memory at no less than this many times the side that is compared. */
const CACHE_MARGIN = 2;
const REPORT_FILE = 'report.html';

export const EVALUATE_COMMAND: CommandSpec = {
  name: 'evaluate',
  operands: '[model] <folder|tar>',
  summary:
    'Measures a model on photos whose colors are known: nearness to them, diversity, colorfulness, worth of the weights,\n' +
    'each with a 95 % interval. Use photos that the model was not trained on.\n' +
    'Without a model, the one that comes with polyhue is measured.',
  options: {
    ...LATENT_OPTIONS,
    only: {
      value: 'FILE',
      description: 'measure by the pictures named there, one a line: held-out.txt of a model',
    },
    limit: { value: 'N', description: 'photos to measure by, spread evenly over the set (default: all)' },
    baselines: { description: 'measure grey, mean colors, the plain prior and the reconstruction too' },
    'prior-samples': {
      value: 'N',
      description: 'results of the plain prior that are grouped to K, with --baselines (default: 256)',
    },
    report: { value: 'DIR', description: 'write report.html there: tables, plots and pictures' },
    backend: BACKEND_OPTION,
    json: { description: 'write everything to standard output as one JSON object' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue evaluate photos/',
    'polyhue evaluate my-model held-out/',
    'polyhue evaluate my-model photos/ --only my-model/held-out.txt',
    'polyhue evaluate my-model held-out.tar --limit 1000 --baselines --report results',
    'polyhue evaluate my-model held-out/ --count 8 --temperature 0.7 --json',
  ],
};

interface EvaluateRequest {
  /** `null` for the one that comes with polyhue. */
  readonly model: string | null;
  readonly path: string;
  readonly only: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
  readonly options: EvaluateColorizerOptions;
}

function evaluateRequest(args: ParsedArguments): EvaluateRequest {
  const { operands } = args;
  const [path, model = null, ...more] = operands.toReversed();
  if (path === undefined || more.length > 0)
    throw new UsageError(
      `Give one folder or tar file, and before it a model if you like, not ${operands.length} in all`,
    );
  const [limit, priorSamples] = [positiveInteger(args, 'limit'), positiveInteger(args, 'prior-samples')];
  const baselines = args.switched('baselines');
  if (priorSamples !== undefined && !baselines)
    throw new UsageError("Give '--baselines' with '--prior-samples'");
  return {
    model,
    path,
    only: args.text('only'),
    report: args.text('report'),
    json: args.switched('json'),
    options: {
      ...colorizeOptions(args),
      baselines,
      ...(limit !== undefined && { limit }),
      ...(priorSamples !== undefined && { priorSamples }),
    },
  };
}

const LABELS: Readonly<Record<EvaluationProgress['stage'], string>> = {
  statistics: 'Mean colors',
  evaluation: 'Evaluating ',
};

/** Shows how far each pass over the photos has come. */
function progressBars({ stderr }: Terminal) {
  let shown: { readonly stage: string; readonly bar: Progress } | undefined;
  const stop = () => shown?.bar.stop();
  const onProgress = ({ stage, done, total }: EvaluationProgress): void => {
    if (shown?.stage !== stage) {
      stop();
      shown = { stage, bar: startProgress(stderr, LABELS[stage], total) };
    }
    shown.bar.update(done, '');
  };
  return { onProgress, stop };
}

/** Says what no figure is of. */
function warn({ leftOut, photos }: ColorizerEvaluation, { stderr }: Terminal): void {
  const all = leftOut.length + photos.length;
  const grey = leftOut.filter(({ error }) => error === null).length;
  for (const { error } of leftOut)
    if (error !== null) stderr.write(`Warning: left out: ${plainLine(error)}\n`);
  if (grey > 0) stderr.write(`Warning: ${grey} of ${all} photos are grey and left out\n`);
}

async function evaluate(
  { models }: Colorizer,
  source: ImageSource,
  options: EvaluateColorizerOptions,
  terminal: Terminal,
): Promise<ColorizerEvaluation> {
  const { onProgress, stop } = progressBars(terminal);
  try {
    return await evaluateColorizer(models, source, { ...options, onProgress, signal: terminal.signal });
  } finally {
    stop();
  }
}

/** The pictures to measure by. */
async function testImages({ path, only }: EvaluateRequest, { stderr }: Terminal): Promise<ImageSource> {
  const images = await openImages(path);
  if (only === undefined) return images;
  return selectImages(images, await listedIndices(images, { list: only, path }, stderr));
}

async function evaluateAndTell(
  colorizer: Colorizer,
  request: EvaluateRequest,
  terminal: Terminal,
): Promise<void> {
  const { model, path, report, json, options } = request;
  const { models } = colorizer;
  const shortestSide = models.colorVae.config.imageSize * CACHE_MARGIN;
  const source = cachedSource(await testImages(request, terminal), { shortestSide });
  const evaluation = await evaluate(colorizer, source, options, terminal);
  warn(evaluation, terminal);
  if (report !== undefined) {
    const page = await evaluationReport(evaluation, {
      models,
      source,
      title: `${basename(modelName(model))} on ${basename(path)}`,
    });
    await writeFileAtomic(join(report, REPORT_FILE), page);
  }
  if (json) {
    writeJsonLine(terminal.stdout, evaluation);
    return;
  }
  terminal.stdout.write(evaluationText(evaluation));
  if (report !== undefined) terminal.stdout.write(`\nThe report is ${join(report, REPORT_FILE)}\n`);
}

/** Carries out `polyhue evaluate`. */
export async function evaluateCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const request = evaluateRequest(args);
  if (request.report !== undefined) await makeFolder(request.report);
  await startChosenBackend(backendChoice(args), 'inference', terminal);
  const colorizer = await loadColorizer(modelStore(request.model), { signal: terminal.signal });
  try {
    assertCount(colorizer, request.options);
    await evaluateAndTell(colorizer, request, terminal);
    return EXIT.done;
  } finally {
    colorizer.dispose();
  }
}
