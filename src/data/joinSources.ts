import { assertImageIndex, type ImageSource } from './imageSource.js';

/** One part of a joined source. */
export interface SourcePart {
  /** Begins the names of its pictures, so that they stay apart from those of other parts. */
  readonly prefix: string;
  readonly source: ImageSource;
}

/** Several sources as one: the pictures of the first, then those of the second, and so on. */
export function joinSources(parts: readonly SourcePart[]): ImageSource {
  const starts: number[] = [];
  let length = 0;
  for (const { source } of parts) {
    starts.push(length);
    length += source.length;
  }
  /** The part that holds picture `index`, and its index there; an empty part holds none. */
  const find = (index: number) => {
    const k = starts.findLastIndex((start) => start <= index);
    return { part: parts[k]!, local: index - starts[k]! };
  };
  return {
    length,
    name: (index) => {
      const { part, local } = find(index);
      return `${part.prefix}${part.source.name(local)}`;
    },
    read: async (index, options) => {
      assertImageIndex('read an image', index, length);
      const { part, local } = find(index);
      return part.source.read(local, options);
    },
  };
}
