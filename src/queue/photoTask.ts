import { createHash } from 'node:crypto';

import { safePath } from '../node/safePath.js';

/** One photo of an archive, as it travels through the queue. */
export interface PhotoTask {
  /** Path of the photo below the archive's root, with slashes, or an `http` or `https` URL. */
  readonly input: string;
  /** Begins the names of its results: a path below the folder for the results, with slashes. */
  readonly name: string;
}

/** Identifies a photo: the same for the same photo and name, whoever computes it. */
export interface TaskId {
  /** 128 bits of a hash, in hexadecimal. */
  readonly job: string;
  /** Which of 65,536 sets of finished photos it belongs to, four hexadecimal digits. */
  readonly shard: string;
  /** 63 further bits as a decimal integer: Redis keeps sets of these in 8 bytes each. */
  readonly member: string;
}

const HASH_CHARACTERS = 8;
const URL_START = /^https?:\/\//i;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether a photo is named by a URL. */
export function isPhotoUrl(input: string): boolean {
  return URL_START.test(input);
}

/** The identity of a task. Of ten million photos, two share it with a probability below 1e-9. */
export function taskId({ input, name }: PhotoTask): TaskId {
  const hash = sha256(JSON.stringify([input, name]));
  const member = BigInt(`0x${hash.slice(4, 20)}`) >> 1n;
  return { job: hash.slice(0, 32), shard: hash.slice(0, 4), member: String(member) };
}

/** What a URL is called in the folder for the results: host and path, without a query. */
function pathOfUrl(url: string): string {
  const path = url.replace(URL_START, '').replace(/[?#].*$/s, '');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/**
 * The name of the results of a photo: its path, ending included, so that no two photos share one. A part of a hash is added
 * where the path holds what names cannot, and to URLs with a query or without encryption.
 */
export function resultName(input: string): string {
  const isUrl = isPhotoUrl(input);
  const path = isUrl ? pathOfUrl(input) : input;
  const safe = safePath(path).join('/');
  const isUnique = safe !== '' && safe === path && (!isUrl || /^https:[^?#]*$/i.test(input));
  return isUnique ? safe : `${safe === '' ? 'photo' : safe}-${sha256(input).slice(0, HASH_CHARACTERS)}`;
}
