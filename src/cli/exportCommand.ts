import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import { loadCheckpoint } from '../checkpoint/loadCheckpoint.js';
import { exportLayersModels } from '../interchange/exportLayersModels.js';
import { exportOnnx, ONNX_OPSETS } from '../interchange/exportOnnx.js';
import { checkpointToSafetensors } from '../interchange/safetensorsCheckpoint.js';
import {
  COLORIZER_KIND,
  type ColorizerModels,
  disposeColorizerModels,
  loadColorizerModels,
} from '../models/colorizerModels.js';
import { stagedFiles } from '../node/stagedFiles.js';
import { startBackend } from '../node/startBackend.js';
import { choice, type CommandSpec, numberBetween, type ParsedArguments, UsageError } from './arguments.js';
import { makeFolder } from './makeFolder.js';
import { modelName, modelStore } from './modelStore.js';
import { EXIT, type Terminal } from './terminal.js';

const EXPORT_FORMATS = ['safetensors', 'onnx', 'tfjs'] as const;

export const EXPORT_COMMAND: CommandSpec = {
  name: 'export',
  operands: '[model] <out>',
  summary:
    'Writes a model for other programs: one file of safetensors, a folder of ONNX graphs, or a folder of models for\n' +
    'tf.loadLayersModel. Files of the same names are replaced.',
  options: {
    format: { value: 'NAME', description: 'safetensors, onnx or tfjs', required: true },
    opset: {
      value: 'N',
      description: `version of the operator set of ONNX, ${ONNX_OPSETS.oldest} to ${ONNX_OPSETS.newest} (default: ${ONNX_OPSETS.oldest})`,
    },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue export --format onnx my-model graphs',
    'polyhue export --format safetensors my-model my-model.safetensors',
  ],
};

/** What a call of the command asks for. */
interface ExportRequest {
  readonly format: (typeof EXPORT_FORMATS)[number];
  /** `null` for the one that comes with polyhue. */
  readonly model: string | null;
  readonly out: string;
  readonly opset: number;
}

function exportRequest(args: ParsedArguments): ExportRequest {
  const { operands } = args;
  if (operands.length === 0 || operands.length > 2)
    throw new UsageError('Name a model and where to write it; see "polyhue export --help"');
  const format = choice(args, 'format', EXPORT_FORMATS)!;
  const opset = numberBetween(ONNX_OPSETS.oldest, ONNX_OPSETS.newest)(args, 'opset');
  if (opset !== undefined && format !== 'onnx') throw new UsageError("Give '--opset' with '--format onnx'");
  return {
    format,
    model: operands.length === 2 ? operands[0]! : null,
    out: operands.at(-1)!,
    opset: opset ?? ONNX_OPSETS.oldest,
  };
}

/** What `make` makes of the networks of a model, on a backend that computes nothing but copies. */
async function fromModels(
  store: CheckpointReader,
  signal: AbortSignal,
  make: (models: ColorizerModels) => Promise<Map<string, Uint8Array>>,
): Promise<Map<string, Uint8Array>> {
  await startBackend('cpu');
  const models = await loadColorizerModels(store, { signal });
  try {
    return await make(models);
  } finally {
    disposeColorizerModels(models);
  }
}

/** The files to write, by path. */
async function exportedFiles(
  { format, model, out, opset }: ExportRequest,
  signal: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const store = modelStore(model);
  if (format === 'safetensors') {
    const checkpoint = await loadCheckpoint(store, { kind: COLORIZER_KIND, signal });
    return new Map([[out, checkpointToSafetensors(checkpoint)]]);
  }
  const files = await fromModels(store, signal, async (models) =>
    format === 'onnx' ? exportOnnx(models, { opset }) : exportLayersModels(models),
  );
  return new Map([...files].map(([name, bytes]) => [join(out, name), bytes]));
}

/** Writes files that appear together, and their folders. */
async function writeTogether(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const staged = stagedFiles();
  try {
    for (const [path, bytes] of files) {
      await mkdir(dirname(path), { recursive: true });
      await staged.add(path, bytes);
    }
    await staged.commit();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** Carries out `polyhue export`. */
export async function exportCommand(args: ParsedArguments, { stdout, signal }: Terminal): Promise<number> {
  const request = exportRequest(args);
  const files = await exportedFiles(request, signal);
  signal.throwIfAborted();
  await makeFolder(request.format === 'safetensors' ? dirname(request.out) : request.out);
  await writeTogether(files);
  for (const [path, { length }] of files)
    stdout.write(`${path}: ${(length / 1e6).toFixed(1)} MB from ${modelName(request.model)}\n`);
  return EXIT.done;
}
