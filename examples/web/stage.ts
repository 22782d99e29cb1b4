import type { ColorHint } from 'polyhue';

import { draw, element } from './page.js';

/** The large picture: colors, grey over a part of them, and the places that were given a color. */
export interface Stage {
  readonly show: (colors: ImageBitmap, grey?: ImageBitmap) => void;
  readonly mark: (hints: readonly ColorHint[]) => void;
}

const share = (value: number, size: number): string => `${((value + 0.5) / size) * 100}%`;

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

/** The pixel of a canvas at a place of the window; `null` outside. */
function pixelAt(canvas: HTMLCanvasElement, clientX: number, clientY: number): [number, number] | null {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const [x, y] = [(clientX - left) / width, (clientY - top) / height];
  if (x < 0 || x >= 1 || y < 0 || y >= 1) return null;
  return [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
}

/** Calls `onPlace` with the pixel that is clicked, or chosen by arrow keys and Enter. */
export function stage(onPlace: (x: number, y: number) => void): Stage {
  const [colors, grey] = [element('#colors') as HTMLCanvasElement, element('#grey') as HTMLCanvasElement];
  const [box, marks] = [element('#stage'), element('#marks')];
  const compare = element('#compare') as HTMLInputElement;
  let cross: { x: number; y: number } | null = null;
  let hints: readonly ColorHint[] = [];

  const markAt = (x: number, y: number, background: string): HTMLSpanElement => {
    const mark = document.createElement('span');
    const left = colors.offsetLeft + ((x + 0.5) / colors.width) * colors.clientWidth;
    mark.style.left = `${left}px`;
    mark.style.top = share(y, colors.height);
    mark.style.background = background;
    return mark;
  };
  const redraw = (): void => {
    const placed = hints.map(({ x, y, rgb }) => markAt(x, y, `rgb(${rgb.join(' ')})`));
    marks.replaceChildren(...placed, ...(cross ? [markAt(cross.x, cross.y, 'transparent')] : []));
  };
  const clip = (): void => void (grey.style.clipPath = `inset(0 ${100 - Number(compare.value)}% 0 0)`);
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
  window.addEventListener('resize', redraw);
  clip();
  return {
    show: (bitmap, greyBitmap) => {
      draw(colors, bitmap);
      if (greyBitmap !== undefined) draw(grey, greyBitmap);
      redraw();
    },
    mark: (now) => {
      hints = now;
      redraw();
    },
  };
}
