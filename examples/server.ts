/**
 * An HTTP endpoint that colors photos, with limits: size of the body, pixels, photos at work and waiting, and it stops working
 * for a client that has gone. Plain `node:http`; put a proxy with TLS and rate limits before it.
 *
 * Run: PORT=8080 npx tsx examples/server.ts MODEL
 *      curl --data-binary @grandma.jpg 'http://localhost:8080/colorize?seed=1' > grandma.png
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ImageError, loadColorizer } from 'polyhue';
import { decodeImage, folderStore, startBackend } from 'polyhue/node';

const [model = 'checkpoints/compact'] = process.argv.slice(2);
const PORT = Number(process.env['PORT'] ?? 8080);
const MAX_BYTES = Number(process.env['MAX_BYTES'] ?? 20e6);
const MAX_PIXELS = 24e6;
/** Photos at work and waiting. One is at work at a time: more would only share the processor, and take memory. */
const MAX_JOBS = Number(process.env['MAX_JOBS'] ?? 8);

/** What the client did wrong, or what there is too much of, as an HTTP status. */
class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The body, refused as soon as it is too long. */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const refusal = new RequestError(413, `A photo may have at most ${MAX_BYTES} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw refusal;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Left open on a refusal, so that the client can read it.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw refusal;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function readSeed(query: URLSearchParams): number {
  const seed = Number(query.get('seed') ?? 0);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new RequestError(400, `'seed' must be a non-negative integer: current value is ${query.get('seed')}`);
}

await startBackend('auto', { task: 'inference' });
const colorizer = await loadColorizer(folderStore(model));

async function colorPhoto(body: Uint8Array, seed: number, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const photo = await decodeImage(body, { maxPixels: MAX_PIXELS, name: 'the photo' });
  const [result] = await colorizer.colorize(photo, { count: 1, mode: 'samples', seed, signal });
  return result!.toPng();
}

let jobs = 0;
let last: Promise<unknown> = Promise.resolve();

/** Runs `job` when those before it are done. */
async function enqueue<T>(job: () => Promise<T>): Promise<T> {
  const turn = last.then(job);
  last = turn.catch(() => {});
  return turn;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== '/colorize') throw new RequestError(404, 'Send a photo to /colorize');
  if (request.method !== 'POST') throw new RequestError(405, 'Send the photo as the body of a POST request');
  if (jobs >= MAX_JOBS) throw new RequestError(503, 'Too many photos at a time: try again in a minute');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  jobs += 1;
  try {
    const seed = readSeed(searchParams);
    const body = await readBody(request);
    const png = await enqueue(() => colorPhoto(body, seed, gone.signal));
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': png.length }).end(png);
  } finally {
    jobs -= 1;
  }
}

function statusOf(error: unknown): number {
  if (error instanceof RequestError) return error.status;
  return error instanceof ImageError ? 422 : 500;
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    if (response.destroyed) return;
    const status = statusOf(error);
    if (status === 500) console.error(error);
    // What else goes wrong is not for the client to read.
    const message = status === 500 ? 'The photo could not be colored' : (error as Error).message;
    const close = status === 413 ? { connection: 'close' } : {};
    response.writeHead(status, { 'content-type': 'text/plain', ...close }).end(`${message}\n`);
  });
});
// A client that sends slowly may not hold a place for long.
server.requestTimeout = 30_000;
server.listen(PORT, () => console.log(`Listening on port ${(server.address() as AddressInfo).port}`));
process.once('SIGTERM', () => server.close(() => colorizer.dispose()));
