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
async function showGrey(colorizer: WorkerColorizer, opened: OpenPhoto): Promise<void> {
  const [grey] = await colorizer.decode(opened.preview, [results[0]!.latent], { saturation: 0 });
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

/** Does what can be canceled, in place of what was being done. */
async function job(body: (signal: AbortSignal) => Promise<void>, again?: () => void): Promise<void> {
  running.abort();
  const controller = (running = new AbortController());
  setBusy(true);
  await attempt(async () => body(controller.signal), again);
  if (running === controller) setBusy(false);
}

async function showResults(colorizer: WorkerColorizer, opened: OpenPhoto): Promise<void> {
  await fillGallery(results, (index) => {
    chosen = index;
    void attempt(async () => view.show(await results[index]!.toBitmap()));
  });
  await showGrey(colorizer, opened);
}

async function colorNow(opened: OpenPhoto, signal: AbortSignal): Promise<void> {
  const colorizer = await model.colorizer();
  signal.throwIfAborted();
  say('Coloring …');
  const start = performance.now();
  const found = await colorizer.colorize(opened.preview, requestNow(signal));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  for (const result of results) result.release();
  [results, chosen] = [found, 0];
  await showResults(colorizer, opened);
  say(`${results.length} results in ${seconds} s. Click on the photo to give a place a color.`);
}

/** Colors the photo that is open by the wishes there are now. */
async function color(): Promise<void> {
  reserveGallery(number('count'));
  const opened = photo;
  if (opened === null) return;
  view.mark(hints);
  element<HTMLButtonElement>('#clear').disabled = hints.length === 0;
  await job(
    async (signal) => colorNow(opened, signal),
    () => void color(),
  );
}

async function open(file: Blob, name: string): Promise<void> {
  const openNow = async (signal: AbortSignal): Promise<void> => {
    const colorizer = await model.colorizer();
    signal.throwIfAborted();
    say(`Opening ${name} …`);
    const opened = await openPhoto(colorizer, file, { name, signal });
    photo?.preview.release();
    [photo, hints] = [opened, []];
    view.mark(hints);
    element<HTMLButtonElement>('#clear').disabled = true;
    element('#tone').hidden = opened.preview.tone === 'grey';
    await colorNow(opened, signal);
  };
  await job(openNow, () => void open(file, name));
}

/** Colors the whole photo as the chosen result, with hints at their places in it. */
async function paintWhole(opened: OpenPhoto, result: WorkerColorization, signal: AbortSignal): Promise<Blob> {
  const { scale, width, height, file, name } = opened;
  const colorizer = await model.colorizer();
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
  const [opened, result] = [photo, results[chosen]];
  if (opened === null || result === undefined) return;
  await job(async (signal) => {
    say('Painting the photo at its own size …');
    const blob = await paintWhole(opened, result, signal);
    const saved = `${opened.name.replace(/\.\w+$/, '')}-color.png`;
    offer(blob, saved);
    say(`Saved ${saved}, ${opened.width} x ${opened.height} pixels.`);
  });
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

/** Colors the photo that is open again, with another model: the worker of the former one had it. */
async function openAgain(): Promise<void> {
  results = [];
  if (photo !== null) await open(photo.file, photo.name);
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
        await model.use(...given);
        await openAgain();
      }),
  };
}
