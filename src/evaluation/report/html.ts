import type { RasterImage } from '../../data/image.js';
import { encodePng } from '../../data/png.js';

/** Bytes turned into letters at a time: more would not fit the stack. */
const CHUNK = 0x8000;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it is written into HTML or SVG, also into attributes in quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A picture as a URL that holds it. */
export async function pictureUrl(image: RasterImage): Promise<string> {
  const bytes = await encodePng(image);
  let letters = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    letters += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return `data:image/png;base64,${btoa(letters)}`;
}
