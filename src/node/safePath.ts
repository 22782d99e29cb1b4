/** Longest beginning of a name, in bytes: with an ending, it stays below the 255 that file systems allow. */
const MAX_NAME_BYTES = 200;

/** `text`, cut to the bytes that a name may have; no character is cut in two. */
function clipped(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_NAME_BYTES) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** A path of an archive's entry or a file as folders and a name that stay below the folder for the results. */
export function safePath(path: string): string[] {
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.map((part) => clipped(part.replaceAll(/[\0:]/g, '_')));
}
