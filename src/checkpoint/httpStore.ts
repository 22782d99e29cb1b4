import { CheckpointError } from '../errors.js';
import type { CheckpointReader, StoreReadOptions } from './checkpointStore.js';
import { fileTooLarge } from './fileTooLarge.js';

export interface HttpStoreOptions {
  /** Headers, credentials and the like of each request. */
  readonly request?: Omit<RequestInit, 'signal' | 'method' | 'body'>;
  /**
   * Makes the requests.
   *
   * @defaultValue the global `fetch`
   */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Reads a body as it arrives and stops as soon as it is too long. */
async function readBody(
  response: Response,
  tooLarge: () => CheckpointError,
  { maxBytes, onProgress }: StoreReadOptions,
): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const result = await reader?.read();
    if (result?.value === undefined) return concatenate(chunks, length);
    chunks.push(result.value);
    length += result.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw tooLarge();
    }
    onProgress?.(length);
  }
}

/** The folder a URL names, with a slash at the end so that names are resolved inside it. */
function folderUrl(url: string | URL): URL {
  const folder = new URL(url, globalThis.location?.href);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

/** Reads files by their names from a web server, each from where `urlOf` says it is. */
export function urlReader(
  location: string,
  urlOf: (name: string) => URL | undefined,
  options: HttpStoreOptions = {},
): CheckpointReader {
  const { request = {}, fetch = async (input, init) => globalThis.fetch(input, init) } = options;

  const failure = (name: string, reason: string, cause?: unknown): CheckpointError =>
    new CheckpointError(`Cannot read "${name}" of the checkpoint "${location}" as ${reason}`, { cause });

  const read = async (name: string, readOptions: StoreReadOptions): Promise<Uint8Array | undefined> => {
    const { signal = null } = readOptions;
    const file = urlOf(name);
    if (file === undefined) return undefined;
    const response = await fetch(file, { ...request, signal });
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok)
      throw failure(name, `the server answers ${response.status} ${response.statusText}`.trim());
    return readBody(response, () => fileTooLarge(name, location, readOptions.maxBytes), readOptions);
  };
  return {
    location,
    read: async (name, readOptions) => {
      try {
        return await read(name, readOptions);
      } catch (cause) {
        readOptions.signal?.throwIfAborted();
        if (cause instanceof CheckpointError) throw cause;
        throw failure(name, 'the transfer failed: check the address and the connection', cause);
      }
    },
  };
}

/**
 * Reads a checkpoint from a web server, file by file, below a URL.
 *
 * @param url The folder that holds `polyhue.json`; in a browser it may be relative to the page.
 * @throws {TypeError} If `url` is not a URL.
 *
 * @example
 * ```ts
 * import { httpStore, loadCheckpoint } from 'polyhue';
 *
 * const { tensors } = await loadCheckpoint(httpStore('https://example.org/models/compact'), {
 *   kind: 'example',
 *   onProgress: ({ loadedBytes, totalBytes }) => console.log(`${loadedBytes} of ${totalBytes} bytes`),
 * });
 * ```
 */
export function httpStore(url: string | URL, options: HttpStoreOptions = {}): CheckpointReader {
  const folder = folderUrl(url);
  const urlOf = (name: string): URL => {
    const file = new URL(encodeURIComponent(name), folder);
    file.search = folder.search;
    return file;
  };
  return urlReader(folder.href, urlOf, options);
}
