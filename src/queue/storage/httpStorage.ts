import { QueueError } from '../../errors.js';
import { isPhotoUrl } from '../photoTask.js';
import { pathBelow } from '../taskOf.js';
import { httpGet } from './httpGet.js';
import type { PhotoStorage } from './storage.js';

export interface HttpStorageOptions {
  /**
   * Folder that names are below; without it, names are whole URLs.
   *
   * @defaultValue none
   */
  readonly base?: string;
  /**
   * Whether addresses of this machine and its network may be asked, also by way of redirects.
   *
   * @defaultValue `false`
   */
  readonly allowPrivate?: boolean;
  /**
   * Longest pause of a server, in milliseconds.
   *
   * @defaultValue `30000`
   */
  readonly timeoutMs?: number;
}

/**
 * Photos on web servers, to be read only.
 *
 * Host names are resolved, and private addresses refused, before anything is sent, at each redirect again.
 *
 * @throws {QueueError} If `base` is no URL.
 */
export function httpStorage(options: HttpStorageOptions = {}): PhotoStorage {
  const { base, allowPrivate = false, timeoutMs = 30_000 } = options;
  if (base !== undefined && !(isPhotoUrl(base) && URL.canParse(base)))
    throw new QueueError(`Cannot read photos from "${base}" as it is not an http or https URL`);
  const folder = base === undefined || base.endsWith('/') ? base : `${base}/`;
  const urlOf = (name: string): string =>
    folder === undefined
      ? name
      : new URL(pathBelow('path', name).split('/').map(encodeURIComponent).join('/'), folder).href;
  const refuse = (what: string): never => {
    throw new QueueError(`Cannot ${what} "${base ?? 'the web'}": web servers are for reading only`);
  };
  return {
    location: base ?? 'the web',
    check: async (access) => {
      if (access === 'write') refuse('write to');
      return Promise.resolve();
    },
    list: () => refuse('list'),
    read: async (name, { maxBytes, signal }) =>
      httpGet(urlOf(name), { maxBytes, allowPrivate, timeoutMs, ...(signal !== undefined && { signal }) }),
    begin: () => refuse('write to'),
    openLog: () => refuse('write to'),
  };
}
