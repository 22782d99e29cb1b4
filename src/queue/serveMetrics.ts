import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

import { QueueError } from '../errors.js';

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

export interface ServeMetricsOptions {
  /** 0 takes any that is free. */
  readonly port: number;
  /** Address to listen at; `'127.0.0.1'` is seen by this machine only. */
  readonly host: string;
  readonly text: () => Promise<string>;
}

/** A server of metrics. */
export interface MetricsServer {
  readonly url: string;
  readonly close: () => void;
}

/**
 * Answers `GET /metrics`; with 503 where the numbers are not to be had.
 *
 * @throws {QueueError} If the port is taken.
 */
export async function serveMetrics({ port, host, text }: ServeMetricsOptions): Promise<MetricsServer> {
  const answer = async (isMetrics: boolean, response: ServerResponse): Promise<void> => {
    if (!isMetrics) return void response.writeHead(404).end();
    const body = await text().catch(() => undefined);
    if (body === undefined) response.writeHead(503).end();
    else response.writeHead(200, { 'content-type': TEXT_FORMAT }).end(body);
  };
  const server = createServer(({ method, url }, response) => {
    void answer(method === 'GET' && url?.split('?')[0] === '/metrics', response);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new QueueError(`Cannot serve metrics on ${host}:${port}: ${(cause as Error).message}`, { cause });
  }
  server.unref();
  const address = server.address() as { readonly port: number };
  return { url: `http://${host}:${address.port}/metrics`, close: () => void server.close() };
}
