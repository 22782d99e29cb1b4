/** Speed of the networks on TensorFlow.js and on ONNX Runtime, with networks that were not trained: the work is the same. */
import {
  BackendError,
  colorizer,
  type ColorizerEngine,
  type ColorizerModels,
  colorizerModels,
  disposeColorizerModels,
  shrinkImage,
} from 'polyhue';
import { decodeImage, onnxEngine, type OnnxEngine, type OnnxEngineOptions, startBackend } from 'polyhue/node';

import { medianTimes } from './measure.js';
import type { Table } from './report.js';

const PHOTO = 'examples/photos/dahlia.jpg';
const COUNTS = [1, 5, 20];
const BUDGET_MS = 2000;

/** Packages of ONNX Runtime, and what they are called in the table. */
const ENGINES: readonly (readonly [string, OnnxEngineOptions])[] = [
  ['onnxruntime-web', { runtime: 'onnxruntime-web' }],
  ['onnxruntime-node', { runtime: 'onnxruntime-node' }],
  ['onnxruntime-node, 2 threads', { runtime: 'onnxruntime-node', threads: 2 }],
];

/** Times of the networks alone, as multiples of `base` for the same number of results. */
async function engineRowsOf(
  name: string,
  models: ColorizerModels,
  engine: ColorizerEngine | undefined,
  base: ReadonlyMap<number, number> | undefined,
): Promise<Table['rows']> {
  const small = shrinkImage(await decodeImage(PHOTO), 64);
  const { colorize } = colorizer(models, engine === undefined ? {} : { engine });
  const rows = [];
  for (const count of COUNTS) {
    const run = async () => colorize(small, { count, mode: 'samples', leastDifference: 0 });
    const { processorMs, wallMs } = await medianTimes(run, BUDGET_MS);
    const ratio = base === undefined ? 1 : processorMs / base.get(count)!;
    rows.push({
      engine: name,
      results: count,
      'processor ms': processorMs,
      'wall ms': wallMs,
      'of wasm': ratio,
    });
  }
  return rows;
}

/** An engine, or a line that says why there is none. */
async function engineOrNote(
  name: string,
  models: ColorizerModels,
  options: OnnxEngineOptions,
): Promise<OnnxEngine | undefined> {
  try {
    return await onnxEngine(models, options);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    console.log(`Skipped ${name}: ${error.message}`);
    return undefined;
  }
}

/** The networks on TensorFlow.js and on the packages of ONNX Runtime that are installed; a line for each that is not. */
export async function engineTables(): Promise<Table[]> {
  await startBackend('wasm');
  const models = colorizerModels({ preset: 'compact', seed: 0 });
  const rows = [...(await engineRowsOf('TensorFlow.js, wasm', models, undefined, undefined))];
  const base = new Map(rows.map((row) => [row['results'] as number, row['processor ms'] as number]));
  for (const [name, options] of ENGINES) {
    const engine = await engineOrNote(name, models, options);
    if (engine === undefined) continue;
    rows.push(...(await engineRowsOf(name, models, engine, base)));
    await engine.dispose();
  }
  disposeColorizerModels(models);
  return [{ title: 'Networks alone: compact, model loaded', rows }];
}
