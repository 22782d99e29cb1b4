import { isAbsolute, relative, resolve, sep } from 'node:path';

import { PhotoRefusedError } from '../errors.js';
import { isPhotoUrl, type PhotoTask, resultName } from './photoTask.js';

/** Most characters of a path, as file systems have it, and of a URL: the queue keeps thousands of them in memory. */
const MAX_LENGTH = { path: 4096, URL: 8192 };
/** Characters that a refusal quotes. */
const MAX_QUOTED = 200;

/** One photo as a list names it. */
export interface ListedPhoto {
  readonly input: string;
  /** Wished name of the results, below the folder for the results. */
  readonly name?: string;
}

function refuse(what: string, value: string, reason: string): never {
  const shown = value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}...` : value;
  throw new PhotoRefusedError(`Cannot take the ${what} ${JSON.stringify(shown)} as it ${reason}`);
}

function assertLength(what: string, value: string, most: number): void {
  if (value.length > most) refuse(what, value, `has more than ${most} characters`);
}

/**
 * A path that stays below a folder, with slashes and without `.` and `..`.
 *
 * @throws {PhotoRefusedError} If it is empty, absolute, leads out of the folder, has more than 4096 characters, or holds a
 * NUL character or half of one: file systems and URLs have the same text for all halves.
 */
export function pathBelow(what: string, path: string): string {
  assertLength(what, path, MAX_LENGTH.path);
  if (path.includes('\0')) refuse(what, path, 'holds a NUL character');
  if (/\p{Surrogate}/u.test(path)) refuse(what, path, 'holds half of a character');
  if (isAbsolute(path) || /^([a-z]:|[/\\])/i.test(path)) refuse(what, path, 'is not below the root');
  const parts: string[] = [];
  for (const part of path.split(sep === '\\' ? /[/\\]/ : '/')) {
    if (part === '..' && parts.pop() === undefined) refuse(what, path, 'leads out of the root');
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  if (parts.some((part) => part.split('\\').includes('..'))) refuse(what, path, 'leads out of the root');
  if (parts.length === 0) refuse(what, path, 'is empty');
  return parts.join('/');
}

/** The URL of a photo as it is asked for; one with a password in it would be written to results for all to read. */
function urlOf(input: string): string {
  assertLength('URL', input, MAX_LENGTH.URL);
  if (!URL.canParse(input)) refuse('URL', input, 'cannot be understood');
  const url = new URL(input);
  if (url.username !== '' || url.password !== '') {
    url.username = url.password = '';
    refuse('URL', url.href, 'holds a user name or password, which results would show');
  }
  url.hash = '';
  return url.href;
}

function inputOf(input: string, root: string | undefined): string {
  if (isPhotoUrl(input)) return urlOf(input);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(input)) refuse('URL', input, 'is neither http nor https');
  if (root === undefined || !isAbsolute(input)) return pathBelow('path', input);
  const path = relative(resolve(root), input);
  return pathBelow('path', path);
}

/**
 * The task of a photo in a list.
 *
 * @param root Folder that paths are below; an absolute path in it is made relative.
 * @throws {PhotoRefusedError} If the path or the name leads out of its folder, or the URL is not one to ask for.
 */
export function taskOf({ input, name }: ListedPhoto, root?: string): PhotoTask {
  const checked = inputOf(input, root);
  return { input: checked, name: name === undefined ? resultName(checked) : pathBelow('name', name) };
}
