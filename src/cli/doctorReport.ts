import type { BackendReport, TaskReport } from '../capabilities/backendReport.js';
import type { Capabilities } from '../capabilities/capabilities.js';
import type { PlatformReport } from '../capabilities/platform.js';

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

/** A fact about a backend; numbers of bytes are named so. */
function factText([fact, value]: readonly [string, boolean | number | string]): string {
  return fact.endsWith('Bytes')
    ? `${fact.slice(0, -'Bytes'.length)} up to ${gigabytes(Number(value))}`
    : `${fact}: ${value}`;
}

function backendNotes({ problem, adapter, details, inference, training }: BackendReport): string[] {
  if (problem !== null) return [problem];
  const facts = Object.entries(details).map(factText);
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

/** What can run here, for people. */
export function doctorReport(report: Capabilities): string {
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
