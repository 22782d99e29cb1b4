import type { BackendReport, TaskReport } from '../capabilities/backendReport.js';
import type { Capabilities } from '../capabilities/capabilities.js';
import type { PlatformReport } from '../capabilities/platform.js';
import {
  type ColorizerConfigs,
  disposeColorizerModels,
  loadColorizerModels,
} from '../models/colorizerModels.js';
import { nodeCapabilities } from '../node/nodeCapabilities.js';
import { startBackend } from '../node/startBackend.js';
import { type CommandSpec, type ParsedArguments, UsageError } from './arguments.js';
import { modelStore } from './modelStore.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';

export const DOCTOR_COMMAND: CommandSpec = {
  name: 'doctor',
  operands: '',
  summary: 'Says which TensorFlow.js backends can color photos and train here, and what the others need.',
  options: {
    model: {
      value: 'DIR|URL',
      short: 'm',
      description: 'a trained model to look at (default: the networks of --preset compact)',
    },
    json: { description: 'write the report to standard output as one JSON object' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: ['polyhue doctor', 'polyhue doctor --model my-model --json'],
};

async function readConfigs(location: string, { signal }: Terminal): Promise<ColorizerConfigs> {
  await startBackend('cpu');
  const models = await loadColorizerModels(modelStore(location), { signal });
  const configs = {
    colorVae: models.colorVae.config,
    mixtureDensityNetwork: models.mixtureDensityNetwork.config,
  };
  disposeColorizerModels(models);
  return configs;
}

const GIGABYTE = 2 ** 30;

function gigabytes(bytes: number): string {
  return `${(bytes / GIGABYTE).toFixed(1)} GB`;
}

function platformLine({ name, logicalCores, memoryBytes, heapLimitBytes }: PlatformReport): string {
  return [
    name,
    ...(logicalCores === null ? [] : [`${logicalCores} cores`]),
    ...(memoryBytes === null ? [] : [`${gigabytes(memoryBytes)} memory`]),
    ...(heapLimitBytes === null ? [] : [`heap up to ${gigabytes(heapLimitBytes)}`]),
  ].join(', ');
}

/** What hinders a task, and what to do about it. */
function taskNotes(task: string, { fault, missing }: TaskReport): string[] {
  const notes = fault === null ? [] : [`${task}: ${fault}`];
  const cures = new Set(missing.map(({ cure }) => cure));
  for (const cure of cures) {
    const kernels = missing.filter((kernel) => kernel.cure === cure).map(({ kernel }) => kernel);
    notes.push(`${task} lacks ${kernels.join(', ')}: ${cure}`);
  }
  return notes;
}

function backendNotes({ problem, adapter, details, inference, training }: BackendReport): string[] {
  if (problem !== null) return [problem];
  const facts = Object.entries(details).map(([fact, value]) => `${fact}: ${value}`);
  if (adapter !== null) {
    const slow = adapter.isSoftware ? ' (not a GPU: slower than wasm)' : '';
    facts.push(`${adapter.name}${slow}`, `tensors up to ${gigabytes(adapter.maxTensorBytes)}`);
  }
  const notes = [...taskNotes('inference', inference), ...taskNotes('training', training)];
  return facts.length === 0 ? notes : [facts.join(', '), ...notes];
}

const COLUMNS = { name: 12, task: 11 } as const;

function backendLines(report: BackendReport): string[] {
  const [first = '', ...others] = backendNotes(report);
  const verdicts = [report.inference, report.training].map(({ works }) =>
    (works ? 'yes' : 'no').padEnd(COLUMNS.task),
  );
  const indent = ' '.repeat(COLUMNS.name + 2 * COLUMNS.task);
  const line = `${report.name.padEnd(COLUMNS.name)}${verdicts.join('')}${first}`;
  return [line, ...others.map((note) => indent + note)].map((text) => text.trimEnd());
}

/** The backend that `--backend auto` would train on. */
function fastestTrainer({ backends }: Capabilities): BackendReport | undefined {
  return backends.find(({ training, adapter }) => training.works && adapter?.isSoftware !== true);
}

/** The report as people read it. */
function reportText(report: Capabilities): string {
  const { platform, versions, backends, problems } = report;
  const heading = ['backend'.padEnd(COLUMNS.name), 'colorize'.padEnd(COLUMNS.task), 'train'].join('');
  const trainer = fastestTrainer(report);
  return [
    platformLine(platform),
    `TensorFlow.js: core ${versions.core}, layers ${versions.layers}`,
    '',
    heading,
    ...backends.flatMap(backendLines),
    '',
    ...problems.map((problem) => `Problem: ${problem}`),
    trainer === undefined ? 'Nothing can train here' : `Training will run on "${trainer.name}"`,
    '',
  ].join('\n');
}

/** Carries out `polyhue doctor`. */
export async function doctorCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw new UsageError("Give no operands; a model is named by '--model'");
  const location = args.text('model');
  const request = location === undefined ? {} : { configs: await readConfigs(location, terminal) };
  const report = await nodeCapabilities(request);
  if (args.switched('json')) writeJsonLine(terminal.stdout, report);
  else terminal.stdout.write(reportText(report));
  return report.backends.some(({ training }) => training.works) ? EXIT.done : EXIT.someFailed;
}
