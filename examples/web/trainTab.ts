import { hasCheckpoint, type CheckpointReader, memoryStore, type TrainingStage } from 'polyhue';
import { indexedDbStore } from 'polyhue/browser';
import { startWorkerTraining, type WorkerTraining, type WorkerTrainingProgress } from 'polyhue/worker';

import { askedBackend } from './backend.js';
import { lossChart } from './chart.js';
import { element, listenToFiles, notes, offer } from './page.js';
import { sampleTable } from './samples.js';

/** The pictures that come with the repository. */
const SAMPLES = import.meta.glob<string>('../photos/*.jpg', {
  query: '?url',
  import: 'default',
  eager: true,
});
/** Steps of a stage from one row of samples to the next: eight rows a stage. */
const ROWS_PER_STAGE = 8;
/** One picture of this many is kept to measure by. */
const HELD_OUT_OF = 8;
/** Held by the tab that trains. */
const LOCK = 'polyhue-training';

const settings = element<HTMLFormElement>('#train-settings');
const store = indexedDbStore('polyhue-demo-training');
const { say, attempt } = notes('#train-status', '#train-alert');
const button = (name: string): HTMLButtonElement => element(`#train-${name}`);
const charts = {
  colorVae: lossChart('#chart-vae', 'color VAE'),
  mixtureDensityNetwork: lossChart('#chart-mdn', 'mixture density network'),
};
const samples = sampleTable();
const NAMES = { colorVae: 'the color VAE', mixtureDensityNetwork: 'the mixture density network' };

type Files = ReadonlyMap<string, Uint8Array>;

let pictures: readonly File[] = [];
let run: { readonly training: WorkerTraining; readonly controller: AbortController } | null = null;
let isPaused = false;
/** The networks that the last run ended with, or had when it was stopped. */
let trained: Files | null = null;

const number = (name: string): number => Number(new FormData(settings).get(name));

function setButtons(isRunning: boolean): void {
  button('start').disabled = isRunning || pictures.length === 0;
  button('pause').disabled = button('stop').disabled = !isRunning;
  button('pause').textContent = isPaused ? 'Go on' : 'Pause';
  button('save').disabled = button('use').disabled = !isRunning && trained === null;
  for (const input of settings.elements) (input as HTMLInputElement).disabled = isRunning;
}

function choose(files: readonly File[]): void {
  if (run !== null) return;
  pictures = files.filter(({ type }) => type.startsWith('image/'));
  const others = files.length - pictures.length;
  const left = others === 0 ? '' : `; ${others} other files are left out`;
  say(`${pictures.length} pictures${left}. ${pictures.length === 0 ? 'Choose some.' : 'Ready to start.'}`);
  setButtons(false);
}

/**
 * Shows what goes on, and paints a row of samples now and then. The run is held meanwhile, so that a row is of one state of the
 * networks, and the next one is not late.
 */
function progressTeller(steps: number) {
  const every = Math.max(1, Math.round(steps / ROWS_PER_STAGE));
  let painter: WorkerTraining | null = null;
  let row: Promise<void> | null = null;
  const paint = async (training: WorkerTraining, stage: TrainingStage, step: number): Promise<void> => {
    try {
      await training.pause();
      await samples.paint(training, stage, step);
    } catch {
      // A run that fails or is stopped meanwhile has no samples any more, and says itself why.
    }
    if (!isPaused) await training.resume().catch(() => {});
    row = null;
  };
  return {
    tell: (progress: WorkerTrainingProgress): void => {
      if (progress.kind === 'pictures') return say(`Reading pictures: ${progress.done} of ${progress.total}`);
      const { kind, stage, step, losses } = progress;
      const line = kind === 'step' ? 'training' : 'validation';
      charts[stage].add(line, { step, value: losses['total']! });
      if (kind === 'validation') return;
      if (step !== 1 && step % every !== 0) return; // The charts show each step; a screen reader says each of these.
      if (!isPaused) say(`Training ${NAMES[stage]}: step ${step} of ${steps}.`);
      if (painter !== null && row === null) row = paint(painter, stage, step);
    },
    /** Paints from now on. */
    paintWith: (training: WorkerTraining): void => {
      painter = training;
    },
    /** Settled when the row under way is there. */
    rowDone: async (): Promise<void> => row ?? undefined,
  };
}

/** Some pictures are held out, to measure by and to paint as samples first; few pictures are all trained on. */
function split(): { readonly source: File[]; readonly validation: File[] } {
  const isHeld = (i: number): boolean =>
    pictures.length >= HELD_OUT_OF && i % HELD_OUT_OF === HELD_OUT_OF - 1;
  return {
    source: pictures.filter((_, i) => !isHeld(i)),
    validation: pictures.filter((_, i) => isHeld(i)),
  };
}

function leftOutText({ leftOut }: WorkerTraining): string {
  if (leftOut.length === 0) return '';
  const names = leftOut.map(({ name, reason }) => `${name} (${reason})`);
  return ` Left out: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and others' : ''}.`;
}

async function start(): Promise<void> {
  const controller = new AbortController();
  const { source, validation } = split();
  // Read before they are disabled: a form does not give what is.
  const plan = { steps: number('steps'), batchSize: number('batchSize'), seed: number('seed') };
  const resume = new FormData(settings).has('resume');
  for (const chart of Object.values(charts)) chart.clear(plan.steps);
  setButtons(true);
  const { tell, paintWith, rowDone } = progressTeller(plan.steps);
  let training: WorkerTraining | null = null;
  try {
    training = await startWorkerTraining({
      source,
      validation,
      preset: 'tiny',
      ...plan,
      ...askedBackend(),
      learningRate: 2e-3,
      store,
      resume,
      saveEveryMs: 20_000,
      signal: controller.signal,
      onProgress: tell,
    });
    run = { training, controller };
    await samples.open(training, usable([...validation, ...source], training));
    paintWith(training);
    await training.finished;
    await rowDone();
    trained = await training.save({ maxShardBytes: 2 ** 28 });
    await store.write(new Map());
    say(`Done. Color photos with it, or download it.${leftOutText(training)}`);
  } finally {
    training?.dispose();
    [run, isPaused] = [null, false];
    setButtons(false);
    await offerResume();
  }
}

function usable(files: readonly File[], { leftOut }: WorkerTraining): File[] {
  const names = new Set(leftOut.map(({ name }) => name));
  return files.filter(({ name }) => !names.has(name));
}

/** Trains unless another tab does: two would take each other's processor and saved state. */
async function startAlone(): Promise<void> {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock !== null) return start();
    throw new Error(
      'Another tab of this page is training. Stop it there, or close that tab, then start here.',
    );
  });
}

async function pauseOrGoOn(): Promise<void> {
  if (run === null) return;
  isPaused = !isPaused;
  setButtons(true);
  if (!isPaused) return run.training.resume();
  say('Pausing …');
  await run.training.pause();
  say('Paused.');
}

async function stop(): Promise<void> {
  if (run === null) return;
  const { training, controller } = run;
  say('Stopping …');
  trained = await training.save({ maxShardBytes: 2 ** 28 });
  controller.abort();
  await training.finished.catch(() => {});
  say('Stopped. The run is kept in this browser: choose the same pictures to go on with it later.');
}

async function filesNow(): Promise<Files | null> {
  return run === null ? trained : run.training.save({ maxShardBytes: 2 ** 28 });
}

async function download(): Promise<void> {
  const files = await filesNow();
  for (const [name, bytes] of files ?? []) offer(new Blob([bytes.slice()]), name);
  say('Saved polyhue.json and its file of weights. Keep them together: the other tab opens both.');
}

async function offerResume(): Promise<void> {
  const isThere = await hasCheckpoint(store).catch(() => false);
  element('#go-on').hidden = !isThere;
  if (!isThere) element<HTMLInputElement>('#go-on input').checked = false;
}

async function samplePictures(): Promise<File[]> {
  return Promise.all(
    Object.entries(SAMPLES).map(async ([path, url]) => {
      const blob = await (await fetch(url)).blob();
      return new File([blob], path.replace(/^.*\//, ''), { type: 'image/jpeg' });
    }),
  );
}

/** The tab that trains; `onUse` takes the networks to color photos with. */
export function trainTab(onUse: (reader: CheckpointReader, name: string) => void): void {
  listenToFiles(element('#panel-train'), ['#train-files', '#train-folder'], choose);
  const onClick = (name: string, body: () => Promise<void>): void =>
    button(name).addEventListener('click', () => void attempt(body));
  onClick('samples', async () => choose(await samplePictures()));
  onClick('start', startAlone);
  onClick('pause', pauseOrGoOn);
  onClick('stop', stop);
  onClick('save', download);
  onClick('use', async () => {
    const files = await filesNow();
    if (files !== null) onUse(memoryStore(files), 'the one that you trained');
  });
  settings.addEventListener('submit', (event) => event.preventDefault());
  void offerResume();
}
