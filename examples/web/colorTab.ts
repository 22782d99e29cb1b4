import type { ColorHint } from 'polyhue';
import type { WorkerColorization, WorkerColorizer } from 'polyhue/worker';

import { fillGallery, reserveGallery } from './gallery.js';
import type { Model } from './model.js';
import { element, listenToFiles, notes, offer, tens } from './page.js';
import { type OpenPhoto, openPhoto } from './photo.js';
import { stage } from './stage.js';

const SAMPLE = new URL('../photos/bee-on-aster.jpg', import.meta.url).href;
const settings = element<HTMLFormElement>('#settings');
const { say, attempt } = notes('#status', '#alert');

let model: Model;
let photo: OpenPhoto | null = null;
let results: WorkerColorization[] = [];
let chosen = 0;
let hints: ColorHint[] = [];
let running = new AbortController();

const field = (name: string): string => new FormData(settings).get(name) as string;
const number = (name: string): number => Number(field(name));

function rgbOf(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

const view = stage((x, y) => {
  hints = [...hints, { x, y, rgb: rgbOf(element<HTMLInputElement>('#color').value) }];
  void color();
});

/** The grey photo, as a result without saturation. */
async function showGrey({ colorizer, preview }: OpenPhoto): Promise<void> {
  const [grey] = await colorizer.decode(preview, [results[0]!.latent], { saturation: 0 });
  view.show(await results[chosen]!.toBitmap(), await grey!.toBitmap());
  grey!.release();
}

function requestNow(signal: AbortSignal) {
  const onProgress = ({ share }: { share?: number }): void => {
    if (share !== undefined && !signal.aborted) say(`Looking for colors: ${tens(share)}`);
  };
  return {
    mode: field('mode') as 'distinct' | 'modes' | 'samples',
    count: number('count'),
    seed: number('seed'),
    temperature: number('temperature'),
    saturation: number('saturation'),
    hints,
    signal,
    onProgress,
  };
}

/** Whether there is something to cancel; until it is done, what is shown is of an earlier wish. */
function setBusy(busy: boolean): void {
  element('#gallery').classList.toggle('busy', busy);
  element('#gallery').ariaBusy = String(busy);
  element('#cancel').hidden = !busy;
  for (const id of ['#download', '#compare']) element<HTMLInputElement>(id).disabled = results.length === 0;
}

/** Work with the colorizer that can be canceled. */
type Job = (colorizer: WorkerColorizer, signal: AbortSignal) => Promise<void>;

/** Does a job in place of what was being done. */
async function start(job: Job, again: () => void): Promise<void> {
  running.abort();
  const controller = (running = new AbortController());
  setBusy(true);
  const work = async (colorizer: WorkerColorizer): Promise<void> => {
    controller.signal.throwIfAborted();
    await job(colorizer, controller.signal);
  };
  await attempt(async () => model.run(work), again);
  if (running === controller) setBusy(false);
}

async function showResults(opened: OpenPhoto): Promise<void> {
  await fillGallery(results, (index) => {
    chosen = index;
    const show = async (): Promise<void> => view.show(await results[index]!.toBitmap());
    void attempt(show, () => void color());
  });
  await showGrey(opened);
}

async function colorNow(opened: OpenPhoto, signal: AbortSignal): Promise<void> {
  say('Coloring …');
  const start = performance.now();
  const found = await opened.colorizer.colorize(opened.preview, requestNow(signal));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  for (const result of results) result.release();
  [results, chosen] = [found, 0];
  await showResults(opened);
  say(`${results.length} results in ${seconds} s. Click on the photo to give a place a color.`);
}

/** Opens a photo in the worker of a colorizer. */
async function openIn(
  colorizer: WorkerColorizer,
  { file, name }: Pick<OpenPhoto, 'file' | 'name'>,
  signal: AbortSignal,
): Promise<OpenPhoto> {
  say(`Opening ${name} …`);
  const next = await openPhoto(colorizer, file, { name, signal });
  photo?.preview.release();
  photo = next;
  element('#tone').hidden = photo.preview.tone === 'grey';
  return photo;
}

function showHints(): void {
  view.mark(hints);
  element<HTMLButtonElement>('#clear').disabled = hints.length === 0;
}

/** Colors the photo that is open by the wishes there are now. */
async function color(): Promise<void> {
  reserveGallery(number('count'));
  const current = photo;
  if (current === null) return;
  showHints();
  const colorAgain: Job = async (colorizer, signal) => {
    // The worker of another colorizer does not have it.
    const isThere = current.colorizer === colorizer;
    await colorNow(isThere ? current : await openIn(colorizer, current, signal), signal);
  };
  await start(colorAgain, () => void color());
}

async function open(file: Blob, name: string): Promise<void> {
  const openNow: Job = async (colorizer, signal) => {
    const current = await openIn(colorizer, { file, name }, signal);
    hints = [];
    showHints();
    await colorNow(current, signal);
  };
  await start(openNow, () => void open(file, name));
}

/** Colors the whole photo as the chosen result, with hints at their places in it. */
async function paintWhole(
  colorizer: WorkerColorizer,
  { scale, width, height, file, name }: OpenPhoto,
  result: WorkerColorization,
  signal: AbortSignal,
): Promise<Blob> {
  const whole = await colorizer.readPhoto(file, { name, signal });
  const placed = hints.map(({ x, y, rgb }) => ({
    x: Math.min(width - 1, Math.round(x * scale)),
    y: Math.min(height - 1, Math.round(y * scale)),
    rgb,
  }));
  const wishes = { hints: placed, saturation: number('saturation') };
  const [painted] = await colorizer.decode(whole, [result.latent], wishes);
  try {
    return await painted!.toBlob({ signal });
  } finally {
    whole.release();
    painted!.release();
  }
}

async function download(): Promise<void> {
  const [current, result] = [photo, results[chosen]];
  if (current === null || result === undefined) return;
  const save: Job = async (colorizer, signal) => {
    say('Painting the photo at its own size …');
    const blob = await paintWhole(colorizer, current, result, signal);
    const saved = `${current.name.replace(/\.\w+$/, '')}-color.png`;
    offer(blob, saved);
    say(`Saved ${saved}, ${current.width} x ${current.height} pixels.`);
  };
  await start(save, () => void download());
}

function cancel(): void {
  running.abort();
  setBusy(false);
  say('Canceled.');
}

function listenToSettings(): void {
  settings.addEventListener('input', () => {
    for (const name of ['temperature', 'saturation'])
      (settings.elements.namedItem(`${name}Shown`) as HTMLOutputElement).value = field(name);
  });
  settings.addEventListener('change', () => void color());
  settings.addEventListener('submit', (event) => event.preventDefault());
}

/** The tab that colors photos. */
export interface ColorTab {
  /** Loads the model, with a button to try again where that fails. */
  readonly load: () => Promise<void>;
  /** Takes another model. */
  readonly replaceModel: (...given: Parameters<Model['use']>) => Promise<void>;
}

/** @param makeModel Makes the model, which tells how far it is by `say`. */
export function colorTab(makeModel: (say: (text: string) => void) => Model): ColorTab {
  model = makeModel(say);
  listenToFiles(element('#panel-color'), ['#file', '#camera'], ([file]) => {
    void open(file!, file!.name || 'the pasted picture');
  });
  const onClick = (id: string, act: () => void): void => element(id).addEventListener('click', act);
  const openSample = async (): Promise<void> => open(await (await fetch(SAMPLE)).blob(), 'bee-on-aster.jpg');
  onClick('#sample', () => void attempt(openSample));
  onClick('#clear', () => {
    hints = [];
    void color();
  });
  onClick('#cancel', cancel);
  onClick('#download', () => void download());
  listenToSettings();
  reserveGallery(number('count'));
  const load = async (): Promise<void> => attempt(model.load, () => void load());
  return {
    load,
    replaceModel: async (...given) =>
      attempt(async () => {
        running.abort(); // The worker of the former model ends.
        setBusy(false);
        await model.use(...given);
        results = []; // Codes of the former model.
        void color();
      }),
  };
}
