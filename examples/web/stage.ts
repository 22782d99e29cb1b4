import type { ColorHint } from 'polyhue';

import { draw, element } from './page.js';

/** The large picture: colors, grey over a part of them, and the places that were given a color. */
export interface Stage {
  readonly show: (colors: ImageBitmap, grey?: ImageBitmap) => void;
  readonly mark: (hints: readonly ColorHint[]) => void;
}

/** A pixel of the photo that is shown. */
type Place = Pick<ColorHint, 'x' | 'y'>;

/** Arrow keys move, Enter places. */
function listenToKeys(box: HTMLElement, move: (dx: number, dy: number) => void, place: () => void): void {
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(-1, 0),
    ArrowRight: () => move(1, 0),
    ArrowUp: () => move(0, -1),
    ArrowDown: () => move(0, 1),
    Enter: place,
  };
  box.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

/** Where the picture lies in the box of its canvas, which it fits in (`object-fit: contain`): its corner, and the size of a pixel. */
function placeOf({ width, height, clientWidth, clientHeight }: HTMLCanvasElement) {
  const scale = Math.min(clientWidth / width, clientHeight / height);
  return { left: (clientWidth - width * scale) / 2, top: (clientHeight - height * scale) / 2, scale };
}

/** The pixel of a canvas at a place of the window; `null` outside. */
function pixelAt(canvas: HTMLCanvasElement, clientX: number, clientY: number): [number, number] | null {
  const [box, { left, top, scale }] = [canvas.getBoundingClientRect(), placeOf(canvas)];
  const x = Math.floor((clientX - box.left - left) / scale);
  const y = Math.floor((clientY - box.top - top) / scale);
  return x < 0 || x >= canvas.width || y < 0 || y >= canvas.height ? null : [x, y];
}

/** Shows as much of the grey photo, from the left, as the slider says. */
function uncover(grey: HTMLCanvasElement, percentShown: number): void {
  const { left, scale } = placeOf(grey);
  const shown = left + (percentShown / 100) * grey.width * scale;
  grey.style.clipPath = `inset(0 ${grey.clientWidth - shown}px 0 0)`;
}

/** Something at a pixel of a canvas. */
function markAt(canvas: HTMLCanvasElement, { x, y }: Place, background: string): HTMLSpanElement {
  const mark = document.createElement('span');
  const { left, top, scale } = placeOf(canvas);
  mark.style.left = `${left + (x + 0.5) * scale}px`;
  mark.style.top = `${top + (y + 0.5) * scale}px`;
  mark.style.background = background;
  return mark;
}

/** Calls `onPlace` with the pixel that is clicked, or chosen by arrow keys and Enter. */
export function stage(onPlace: (x: number, y: number) => void): Stage {
  const [colors, grey] = [element('#colors') as HTMLCanvasElement, element('#grey') as HTMLCanvasElement];
  const [box, marks] = [element('#stage'), element('#marks')];
  const compare = element('#compare') as HTMLInputElement;
  let cross: Place | null = null;
  let hints: readonly ColorHint[] = [];

  const redraw = (): void => {
    const placed = hints.map((hint) => markAt(colors, hint, `rgb(${hint.rgb.join(' ')})`));
    marks.replaceChildren(...placed, ...(cross ? [markAt(colors, cross, 'transparent')] : []));
  };
  const clip = (): void => uncover(grey, Number(compare.value));
  const move = (dx: number, dy: number): void => {
    const step = Math.max(1, Math.round(colors.width / 40));
    const { x, y } = cross ?? { x: colors.width >> 1, y: colors.height >> 1 };
    const within = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
    cross = { x: within(x + dx * step, colors.width), y: within(y + dy * step, colors.height) };
    redraw();
  };
  listenToKeys(box, move, () => cross && onPlace(cross.x, cross.y));
  box.addEventListener('click', ({ clientX, clientY }) => {
    const pixel = pixelAt(colors, clientX, clientY);
    if (pixel !== null) onPlace(...pixel);
  });
  compare.addEventListener('input', clip);
  window.addEventListener('resize', () => {
    redraw();
    clip();
  });
  return {
    show: (bitmap, greyBitmap) => {
      box.classList.add('shown');
      draw(colors, bitmap);
      if (greyBitmap !== undefined) draw(grey, greyBitmap);
      redraw();
      clip();
    },
    mark: (now) => {
      hints = now;
      redraw();
    },
  };
}
