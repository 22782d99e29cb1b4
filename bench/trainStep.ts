/** Training steps on every backend and in PyTorch on the CPU, taken in turns so that a busy machine slows all of them alike. */
import type { ModelPreset } from 'polyhue';
import { type NodeBackend, startBackend } from 'polyhue/node';

import { medianOf, type Times, timesOf } from './measure.js';
import type { Table } from './report.js';
import { colorVaeSteps, mixtureSteps, type StepOptions, type Steps } from './steps.js';
import { findTorch, torchSteps } from './torchSteps.js';

const ROUNDS = 3;
/** Threads of the row with several. */
const WORKERS = 2;

interface Network {
  readonly kind: 'colorVae' | 'mixture';
  readonly preset: ModelPreset;
  readonly batch: number;
}

const NETWORKS: readonly Network[] = [
  { kind: 'colorVae', preset: 'compact', batch: 16 },
  { kind: 'mixture', preset: 'compact', batch: 16 },
  { kind: 'colorVae', preset: 'reference', batch: 8 },
];

/** Takes steps one by one; `batch` examples each. */
interface Engine {
  readonly name: string;
  readonly batch: number;
  readonly parameters: number;
  readonly step: () => Promise<Times>;
  readonly stop: () => Promise<void> | void;
}

const startSteps = (kind: Network['kind'], options: StepOptions): Promise<Steps> =>
  kind === 'colorVae' ? colorVaeSteps(options) : mixtureSteps(options);

/** Steps of polyhue on one backend, which becomes the current one. */
async function backendEngine(
  backend: NodeBackend,
  { kind, ...network }: Network,
  options: Partial<StepOptions> = {},
): Promise<Engine> {
  const { workers = 1, batch = network.batch } = options;
  await startBackend(backend);
  const { parameters, step, stop } = await startSteps(kind, { ...network, workers, batch });
  const name = workers === 1 ? backend : `${backend}, ${workers} workers`;
  return { name, batch, parameters, step: async () => timesOf(step), stop };
}

async function torchEngine(
  python: string,
  { kind, preset, batch }: Network,
  threads: number,
): Promise<Engine> {
  const steps = await torchSteps(python, [kind, preset, String(batch), String(threads)]);
  return { name: `PyTorch, ${threads} thread${threads > 1 ? 's' : ''}`, batch, ...steps };
}

/** Median times of a few steps of each engine, in turns, after one that does not count. */
async function race(engines: readonly Engine[], rounds: number): Promise<Times[]> {
  const times = engines.map((): Times[] => []);
  const takeTurns = async () => {
    for (const [i, { step }] of engines.entries()) times[i]!.push(await step());
  };
  for (let round = 0; round <= rounds; round++) await takeTurns();
  return times.map(([, ...counted]) => medianOf(counted));
}

/** Fails if two engines do not train the same network. */
function assertSame(engines: readonly Engine[]): void {
  const counts = new Set(engines.map(({ parameters }) => parameters));
  if (counts.size > 1) throw new Error(`Cannot compare networks of ${[...counts].join(' and ')} parameters`);
}

async function measure(engines: readonly Engine[], rounds = ROUNDS): Promise<Times[]> {
  assertSame(engines);
  try {
    return await race(engines, rounds);
  } finally {
    for (const { stop } of engines) await stop();
  }
}

const NOTHING = { batch: null, 'wall ms': null, 'processor ms': null, 'processor ms an example': null };

/** What stands in a row of an engine: times, and times an example as multiples of PyTorch's. */
function rowOf({ name, batch }: Engine, times: Times, torch: readonly Times[], torchBatch: number) {
  const [one, two] = torch;
  const times1 = one === undefined ? null : times.processorMs / batch / (one.processorMs / torchBatch);
  const times2 = two === undefined ? null : times.wallMs / batch / (two.wallMs / torchBatch);
  return {
    engine: name,
    batch,
    'wall ms': times.wallMs,
    'processor ms': times.processorMs,
    'processor ms an example': times.processorMs / batch,
    'x PyTorch, 1 thread': times1,
    'x PyTorch, 2 threads': times2,
  };
}

const missingRow = (engine: string) => ({
  engine,
  ...NOTHING,
  'x PyTorch, 1 thread': null,
  'x PyTorch, 2 threads': null,
});

async function webgpuTimes(network: Network): Promise<[Engine, Times] | string> {
  const adapter = await startBackend('webgpu').then(
    ({ adapter }) => adapter?.name ?? 'unnamed adapter',
    () => null,
  );
  if (adapter === null) return 'webgpu: no adapter';
  const engine = await backendEngine('webgpu', network);
  const [times] = await measure([engine]);
  return [{ ...engine, name: `webgpu, ${adapter}` }, times!];
}

async function networkTable(network: Network, python: string | null, slow: boolean): Promise<Table> {
  const ours = [
    await backendEngine('wasm', network),
    await backendEngine('wasm', network, { workers: WORKERS }),
  ];
  const theirs: Engine[] = [];
  if (python !== null) {
    for (const threads of [1, 2]) theirs.push(await torchEngine(python, network, threads));
  }
  const times = await measure([...ours, ...theirs]);
  const torch = times.slice(ours.length);
  const row = (engine: Engine, each: Times) => rowOf(engine, each, torch, network.batch);
  const rows: ReturnType<typeof rowOf | typeof missingRow>[] = ours.map((engine, i) =>
    row(engine, times[i]!),
  );

  const webgpu = await webgpuTimes(network);
  rows.push(typeof webgpu === 'string' ? missingRow(webgpu) : row(...webgpu));
  if (slow) {
    // One example a step: plain JavaScript takes minutes for more, and its time is that many times as long.
    const cpu = await backendEngine('cpu', network, { batch: 1 });
    rows.push(row(cpu, (await measure([cpu], 1))[0]!));
  } else rows.push(missingRow('cpu: only with --slow'));
  theirs.forEach((engine, i) => rows.push(row(engine, torch[i]!)));
  if (python === null) rows.push(missingRow('PyTorch: not installed'));
  return { title: `Training step: ${network.kind}, ${network.preset}`, rows };
}

/** The color VAEs and a mixture density network: loss, gradients, Adam and averaging of weights. */
export async function trainStepTables(slow: boolean): Promise<Table[]> {
  const python = await findTorch();
  const tables: Table[] = [];
  for (const network of NETWORKS) tables.push(await networkTable(network, python, slow));
  return tables;
}
