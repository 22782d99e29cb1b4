import type { WorkerColorization } from 'polyhue/worker';

import { draw, element, percent } from './page.js';

const THUMBNAIL_PIXELS = 256;

async function entryOf(result: WorkerColorization, index: number): Promise<HTMLButtonElement> {
  const [button, canvas, label] = [
    document.createElement('button'),
    document.createElement('canvas'),
    document.createElement('span'),
  ];
  button.type = 'button';
  button.setAttribute('aria-label', `Result ${index + 1}, weight ${percent(result.weight)}`);
  label.textContent = percent(result.weight);
  draw(canvas, await result.toBitmap({ maxSide: THUMBNAIL_PIXELS }));
  button.append(canvas, label);
  return button;
}

/** A place in the gallery that has no result yet, or none at all; the page does not move when one comes. */
function emptySlot(): HTMLLIElement {
  const slot = document.createElement('li');
  slot.className = 'slot';
  return slot;
}

/** Makes the gallery as large as `count` results need. */
export function reserveGallery(count: number): void {
  const gallery = element('#gallery');
  while (gallery.children.length > count) gallery.lastElementChild!.remove();
  while (gallery.children.length < count) gallery.append(emptySlot());
}

/** Shows results with their weights; calls `onChoose` with the one that is chosen. */
export async function fillGallery(
  results: readonly WorkerColorization[],
  onChoose: (index: number) => void,
): Promise<void> {
  const buttons = await Promise.all(results.map(entryOf));
  const press = (index: number): void =>
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(i === index)));
  const items = buttons.map((button, i) => {
    button.addEventListener('click', () => {
      press(i);
      onChoose(i);
    });
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  press(0);
  const gallery = element('#gallery');
  const size = gallery.children.length;
  gallery.replaceChildren(...items);
  reserveGallery(Math.max(size, items.length));
}
