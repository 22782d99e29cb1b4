/** An element of the page that is there. */
export function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`There is no ${selector} on the page`);
  return found;
}

/** Says what happens, for eyes and for screen readers. */
export function say(text: string): void {
  element('#status').textContent = text;
}

/** Shows what went wrong and what to do, or takes it away. */
export function warn(text: string | null): void {
  const alert = element('#alert');
  alert.hidden = text === null;
  alert.textContent = text ?? '';
}

/** Draws a bitmap on a canvas as large as it is. */
export function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('bitmaprenderer')!.transferFromImageBitmap(bitmap);
}

export const percent = (share: number | null): string => `${Math.round((share ?? 0) * 100)} %`;
