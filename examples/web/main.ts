/**
 * A page that colors photos: `npm run demo:web`, then open the address it prints. All work is done in a Web Worker.
 */
import { type ColorHint, httpStore } from 'polyhue';
import { loadWorkerColorizer, type WorkerColorization, type WorkerColorizer } from 'polyhue/worker';

import { fillGallery } from './gallery.js';
import { element, percent, say, warn } from './page.js';
import { type OpenPhoto, openPhoto } from './photo.js';
import { stage } from './stage.js';

const SAMPLE = new URL('../photos/bee-on-aster.jpg', import.meta.url).href;
const settings = element('#settings') as HTMLFormElement;

let photo: OpenPhoto | null = null;
let results: WorkerColorization[] = [];
let chosen = 0;
let hints: ColorHint[] = [];
let running = new AbortController();

const field = (name: string): string => new FormData(settings).get(name) as string;

function rgbOf(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

const view = stage((x, y) => {
  hints = [...hints, { x, y, rgb: rgbOf((element('#color') as HTMLInputElement).value) }];
  void color();
});

/** Runs `body`; what goes wrong is shown, and the page goes on. */
async function attempt(body: () => Promise<void>): Promise<void> {
  warn(null);
  try {
    await body();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    say('');
    warn(error instanceof Error ? error.message : String(error));
  }
}

const loading = load();

async function load(): Promise<WorkerColorizer> {
  const colorizer = await loadWorkerColorizer(httpStore(new URL('model/', document.baseURI)), {
    onProgress: ({ loadedBytes, totalBytes }) =>
      say(`Loading the model: ${percent(loadedBytes / totalBytes)}`),
  });
  const { backend, adapter, skipped } = colorizer.backend;
  const gpu = skipped.some((one) => one.backend === 'webgpu');
  const why = gpu
    ? ' WebGPU is not available here, so the processor does the work: slower, with the same results.'
    : '';
  element('#backend').textContent = `Backend: ${backend}${adapter ? ` on ${adapter.name}` : ''}.${why}`;
  say('Ready.');
  return colorizer;
}

async function showChosen(): Promise<void> {
  const result = results[chosen]!;
  view.show(await result.toBitmap());
}

/** The grey photo, as a result without saturation. */
async function showGrey(colorizer: WorkerColorizer, opened: OpenPhoto): Promise<void> {
  const [grey] = await colorizer.decode(opened.preview, [results[0]!.latent], { saturation: 0 });
  view.show(await results[chosen]!.toBitmap(), await grey!.toBitmap());
  grey!.release();
}

function requestNow(signal: AbortSignal) {
  const mode = field('mode') as 'distinct' | 'modes' | 'samples';
  const [count, seed, temperature, saturation] = ['count', 'seed', 'temperature', 'saturation'].map((name) =>
    Number(field(name)),
  );
  const onProgress = ({ share }: { share?: number }): void => {
    if (share !== undefined) say(`Looking for colors: ${percent(share)}`);
  };
  return {
    mode,
    count: count!,
    seed: seed!,
    temperature: temperature!,
    saturation: saturation!,
    hints,
    signal,
    onProgress,
  };
}

async function color(): Promise<void> {
  running.abort();
  const { signal } = (running = new AbortController());
  const opened = photo;
  if (opened === null) return;
  view.mark(hints);
  (element('#clear') as HTMLButtonElement).disabled = hints.length === 0;
  element('#gallery').classList.add('busy');
  await attempt(async () => {
    const colorizer = await loading;
    say('Coloring …');
    const start = performance.now();
    const found = await colorizer.colorize(opened.preview, requestNow(signal));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    for (const result of results) result.release();
    [results, chosen] = [found, 0];
    await fillGallery(results, (index) => {
      chosen = index;
      void attempt(showChosen);
    });
    await showGrey(colorizer, opened);
    element('#gallery').classList.remove('busy');
    say(`${results.length} results in ${seconds} s. Click on the photo to give a place a color.`);
  });
}

async function open(file: Blob, name: string): Promise<void> {
  await attempt(async () => {
    const colorizer = await loading;
    say(`Opening ${name} …`);
    const opened = await openPhoto(colorizer, file, name);
    photo?.preview.release();
    [photo, hints] = [opened, []];
    element('#work').hidden = false;
    await color();
  });
}

/** Colors the whole photo as the chosen result, with hints at their places in it. */
async function download(): Promise<void> {
  const [opened, result] = [photo, results[chosen]];
  if (opened === null || result === undefined) return;
  say('Painting the photo at its own size …');
  const colorizer = await loading;
  const { scale, width, height, file, name } = opened;
  const whole = await colorizer.readPhoto(file, { name });
  const placed = hints.map(({ x, y, rgb }) => ({
    x: Math.min(width - 1, Math.round(x * scale)),
    y: Math.min(height - 1, Math.round(y * scale)),
    rgb,
  }));
  const wishes = { hints: placed, saturation: Number(field('saturation')) };
  const [painted] = await colorizer.decode(whole, [result.latent], wishes);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await painted!.toBlob());
  link.download = `${name.replace(/\.\w+$/, '')}-color.png`;
  link.click();
  URL.revokeObjectURL(link.href);
  whole.release();
  painted!.release();
  say(`Saved ${link.download}, ${width} x ${height} pixels.`);
}

function listen(): void {
  const openFirst = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file !== undefined) void open(file, file.name || 'the pasted picture');
  };
  for (const id of ['#file', '#camera']) {
    const input = element(id) as HTMLInputElement;
    input.addEventListener('change', () => openFirst(input.files));
  }
  element('#sample').addEventListener(
    'click',
    () => void attempt(async () => open(await (await fetch(SAMPLE)).blob(), 'bee-on-aster.jpg')),
  );
  document.addEventListener('paste', (event) => openFirst(event.clipboardData?.files));
  const drop = element('#drop');
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', () => drop.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    openFirst(event.dataTransfer?.files);
  });
  settings.addEventListener('input', () => {
    for (const name of ['temperature', 'saturation'])
      (settings.elements.namedItem(`${name}Shown`) as HTMLOutputElement).value = field(name);
  });
  settings.addEventListener('change', () => void color());
  settings.addEventListener('submit', (event) => event.preventDefault());
  element('#clear').addEventListener('click', () => {
    hints = [];
    void color();
  });
  element('#download').addEventListener('click', () => void attempt(download));
}

listen();
await attempt(async () => void (await loading));
