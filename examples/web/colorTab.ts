import type { ColorHint } from 'polyhue';
import type { WorkerColorization, WorkerColorizer } from 'polyhue/worker';

import { fillGallery } from './gallery.js';
import type { Model } from './model.js';
import { element, listenToFiles, notes, offer, percent } from './page.js';
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
    if (share !== undefined) say(`Looking for colors: ${percent(share)}`);
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

/** Whether the photo is being colored: what is shown is of an earlier wish, and there is something to cancel. */
function setBusy(busy: boolean): void {
  element('#gallery').classList.toggle('busy', busy);
  element('#gallery').ariaBusy = String(busy);
  element('#cancel').hidden = !busy;
}

async function showResults(colorizer: WorkerColorizer, opened: OpenPhoto): Promise<void> {
  await fillGallery(results, (index) => {
    chosen = index;
    void attempt(async () => view.show(await results[index]!.toBitmap()));
  });
  await showGrey(colorizer, opened);
}

async function color(): Promise<void> {
  running.abort();
  const controller = (running = new AbortController());
  const opened = photo;
  if (opened === null) return;
  view.mark(hints);
  element<HTMLButtonElement>('#clear').disabled = hints.length === 0;
  setBusy(true);
  await attempt(async () => {
    const colorizer = await model.colorizer();
    controller.signal.throwIfAborted();
    say('Coloring …');
    const start = performance.now();
    const found = await colorizer.colorize(opened.preview, requestNow(controller.signal));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    for (const result of results) result.release();
    [results, chosen] = [found, 0];
    await showResults(colorizer, opened);
    say(`${results.length} results in ${seconds} s. Click on the photo to give a place a color.`);
  });
  if (running === controller) setBusy(false);
}

async function open(file: Blob, name: string): Promise<void> {
  await attempt(async () => {
    const colorizer = await model.colorizer();
    say(`Opening ${name} …`);
    const opened = await openPhoto(colorizer, file, name);
    photo?.preview.release();
    [photo, hints] = [opened, []];
    element('#tone').hidden = opened.preview.tone === 'grey';
    element('#work').hidden = false;
    await color();
  });
}

/** Colors the whole photo as the chosen result, with hints at their places in it. */
async function download(): Promise<void> {
  const [opened, result] = [photo, results[chosen]];
  if (opened === null || result === undefined) return;
  say('Painting the photo at its own size …');
  const colorizer = await model.colorizer();
  const { scale, width, height, file, name } = opened;
  const whole = await colorizer.readPhoto(file, { name });
  const placed = hints.map(({ x, y, rgb }) => ({
    x: Math.min(width - 1, Math.round(x * scale)),
    y: Math.min(height - 1, Math.round(y * scale)),
    rgb,
  }));
  const wishes = { hints: placed, saturation: number('saturation') };
  const [painted] = await colorizer.decode(whole, [result.latent], wishes);
  const saved = `${name.replace(/\.\w+$/, '')}-color.png`;
  offer(await painted!.toBlob(), saved);
  whole.release();
  painted!.release();
  say(`Saved ${saved}, ${width} x ${height} pixels.`);
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
  readonly say: (text: string) => void;
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
  element('#sample').addEventListener(
    'click',
    () => void attempt(async () => open(await (await fetch(SAMPLE)).blob(), 'bee-on-aster.jpg')),
  );
  listenToSettings();
  element('#clear').addEventListener('click', () => {
    hints = [];
    void color();
  });
  element('#cancel').addEventListener('click', () => {
    running.abort();
    setBusy(false);
    say('Canceled.');
  });
  element('#download').addEventListener('click', () => void attempt(download));
  const load = async (): Promise<void> => attempt(model.load, () => void load());
  return {
    say,
    load,
    replaceModel: async (...given) =>
      attempt(async () => {
        await model.use(...given);
        await openAgain();
      }),
  };
}
