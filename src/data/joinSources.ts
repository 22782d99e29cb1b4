import { assertImageIndex, type ImageSource } from './imageSource.js';

/** One part of a joined source. */
export interface SourcePart {
  /** Begins the names of its pictures, so that they stay apart from those of other parts. */
  readonly prefix: string;
  readonly source: ImageSource;
}

/** Finds the part that holds picture `index`, and its index there; an empty part holds none. */
export function partFinder(parts: readonly { readonly length: number }[]) {
  const starts: number[] = [];
  let length = 0;
  for (const part of parts) {
    starts.push(length);
    length += part.length;
  }
  const find = (index: number): { readonly part: number; readonly local: number } => {
    const part = starts.findLastIndex((start) => start <= index);
    return { part, local: index - starts[part]! };
  };
  return { length, find };
}

/** Several sources as one: the pictures of the first, then those of the second, and so on. */
export function joinSources(parts: readonly SourcePart[]): ImageSource {
  const { length, find: findPart } = partFinder(parts.map(({ source }) => source));
  const find = (index: number) => {
    const { part, local } = findPart(index);
    return { part: parts[part]!, local };
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
