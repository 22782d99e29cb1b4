import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';

import { PhotoRefusedError } from '../../errors.js';
import { assertPublicHost, publicLookup } from './addressGuard.js';
import { readLimited } from './readLimited.js';
import type { StorageReadOptions } from './storage.js';

const MAX_REDIRECTS = 5;
/** A server that sends a byte before each pause is too long would hold a worker for years. */
const MAX_PAUSES = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Answers after which the same request may succeed later. */
const PASSING = new Set([408, 425, 429]);
const GONE = new Set([404, 410]);

export interface HttpGetOptions extends StorageReadOptions {
  /** Whether addresses of this machine and its network may be asked. */
  readonly allowPrivate: boolean;
  /** Longest pause of a server, in milliseconds. */
  readonly timeoutMs: number;
}

function checkedUrl(href: string, from: URL | undefined, allowPrivate: boolean): URL {
  if (!URL.canParse(href, from?.href))
    throw new PhotoRefusedError(`Cannot read "${from?.href ?? href}" as its URL cannot be understood`);
  const url = new URL(href, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new PhotoRefusedError(`Cannot read "${url.href}" as it is neither http nor https`);
  if (from?.protocol === 'https:' && url.protocol === 'http:')
    throw new PhotoRefusedError(`Cannot read "${from.href}" as it leads from https to http`);
  if (!allowPrivate) assertPublicHost(url);
  return url;
}

async function send(url: URL, { allowPrivate, timeoutMs, signal }: HttpGetOptions): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options: RequestOptions = {
    // A connection that is kept open for a host was made before its name was looked at.
    agent: false,
    headers: { accept: 'image/*,*/*;q=0.5', 'user-agent': 'polyhue' },
    timeout: timeoutMs,
    ...(signal !== undefined && { signal }),
    ...(!allowPrivate && { lookup: publicLookup() }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.on('error', reject);
    sent.on('timeout', () =>
      sent.destroy(new Error(`${url.host} has not answered for ${timeoutMs / 1000} s`)),
    );
    sent.end();
  });
}

function answerError(href: string, status: number): Error {
  const message = `Cannot read "${href}" as the server answers ${status}`;
  return status >= 500 || PASSING.has(status) ? new Error(message) : new PhotoRefusedError(message);
}

async function readBody(response: IncomingMessage, href: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await readLimited(response, href, maxBytes);
  // Without this, an answer that is cut short would pass for a damaged photo.
  if (!response.complete) throw new Error(`the answer of "${href}" was cut short`);
  return bytes;
}

async function followed(href: string, options: HttpGetOptions): Promise<Uint8Array | undefined> {
  let url = checkedUrl(href, undefined, options.allowPrivate);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await send(url, options);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return readBody(response, href, options.maxBytes);
    response.destroy();
    if (GONE.has(statusCode)) return undefined;
    if (!REDIRECTS.has(statusCode) || headers.location === undefined) throw answerError(href, statusCode);
    url = checkedUrl(headers.location, url, options.allowPrivate);
  }
  throw new PhotoRefusedError(`Cannot read "${href}" as it is redirected more than ${MAX_REDIRECTS} times`);
}

/**
 * Reads a file from a web server, by way of up to five redirects, in at most twenty times `timeoutMs`.
 *
 * @returns The file; `undefined` where the server says that there is none.
 * @throws {PhotoRefusedError} If an address on the way is private, the file too large, or the server refuses the request.
 * @throws {Error} If the network or the server fails in a way that may pass.
 */
export async function httpGet(href: string, options: HttpGetOptions): Promise<Uint8Array | undefined> {
  const limitMs = MAX_PAUSES * options.timeoutMs;
  const deadline = AbortSignal.timeout(limitMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  try {
    return await followed(href, { ...options, signal });
  } catch (cause) {
    if (!deadline.aborted) throw cause;
    throw new Error(`"${href}" has not been sent within ${limitMs / 1000} s`, { cause });
  }
}
