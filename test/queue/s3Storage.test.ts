import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { openS3Storage } from '../../src/queue/storage/s3Storage.js';
import { collect } from './collect.js';

const LIMIT = { maxBytes: 1000 };

async function bodyOf(request: IncomingMessage): Promise<string> {
  return (await collect(request as AsyncIterable<Buffer>)).map(String).join('');
}

const xmlError = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

/** One page of a listing; the next begins behind its last key. */
function listing(keys: readonly string[], query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const found = keys.filter((key) => key.startsWith(prefix) && key > after).toSorted();
  const page = found.slice(0, 2);
  const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
  const next = found.length > 2 ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${found.length > 2}</IsTruncated>${next}${contents}</ListBucketResult>`;
}

/** A server with one bucket, `museum`, that speaks as much S3 as is needed. */
async function bucketServer() {
  const objects = new Map<string, string>();
  const written: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://s3');
    const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const send = (status: number, body = '') => response.writeHead(status).end(body);
    if (!request.headers.authorization?.includes('Credential=key/'))
      return send(403, xmlError('AccessDenied'));
    if (bucket !== 'museum') return send(404, xmlError('NoSuchBucket'));
    if (request.method === 'GET' && key === '')
      return send(200, listing([...objects.keys()], url.searchParams));
    if (request.method === 'GET' && objects.has(key)) return send(200, objects.get(key));
    if (request.method === 'GET') return send(404, xmlError('NoSuchKey'));
    if (request.method === 'DELETE') objects.delete(key);
    if (request.method === 'DELETE') return send(204);
    return bodyOf(request).then((body) => {
      objects.set(key, body);
      written.push(key);
      return send(200);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { objects, written, options: { endpoint, region: 'us-east-1' } };
}

describe('openS3Storage()', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    onTestFinished(() => void vi.unstubAllEnvs());
  });

  it('lists the pictures below the prefix, page by page, and reads them', async () => {
    const { objects, options } = await bucketServer();
    for (const key of ['scans/a.jpg', 'scans/b/c.png', 'scans/d.jpg', 'scans/note.txt', 'other/e.jpg'])
      objects.set(key, key);
    const storage = await openS3Storage('s3://museum/scans', options);
    await storage.check('read');
    expect(await collect(storage.list())).toEqual(['a.jpg', 'b/c.png', 'd.jpg']);
    expect(String(Buffer.from((await storage.read('b/c.png', LIMIT))!))).toBe('scans/b/c.png');
    expect(await storage.read('gone.jpg', LIMIT)).toBeUndefined();
    await expect(storage.read('a.jpg', { maxBytes: 3 })).rejects.toThrow(
      'Cannot read "a.jpg" as it has more than 3 bytes',
    );
    await expect(storage.read('../other/e.jpg', LIMIT)).rejects.toThrow('leads out of the root');
  });

  it('writes files in their order at the end, and a line for each photo', async () => {
    const { objects, written, options } = await bucketServer();
    const storage = await openS3Storage('s3://museum/colored/', options);
    await storage.check('write');
    expect([...objects.keys()]).toEqual([]);
    written.length = 0;
    const batch = storage.begin();
    await batch.add({ name: 'a.jpg.1.png', content: Uint8Array.of(65) });
    await batch.add({ name: 'a.jpg.json', content: '{}' });
    expect(written).toEqual([]);
    await batch.commit();
    expect(written).toEqual(['colored/a.jpg.1.png', 'colored/a.jpg.json']);
    expect(objects.get('colored/a.jpg.1.png')).toContain('A');
    const log = storage.openLog('w');
    expect(await log.has('abcd')).toBe(false);
    await log.append('abcd', '{"id":"abcd"}');
    expect(await log.has('abcd')).toBe(true);
    expect(objects.get('colored/manifest/ab/abcd.json')).toContain('{"id":"abcd"}\n');
  });

  it('says that the bucket is not there or the credentials are refused', async () => {
    const { options } = await bucketServer();
    const other = await openS3Storage('s3://nowhere/x', options);
    await expect(other.read('a.jpg', LIMIT)).rejects.toThrow('Cannot use "s3://nowhere/x": NoSuchBucket');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'stranger');
    const storage = await openS3Storage('s3://museum/x', options);
    await expect(storage.check('read')).rejects.toThrow('Cannot use "s3://museum/x": AccessDenied');
    await expect(openS3Storage('s3:/museum', options)).rejects.toThrow(
      'Cannot open "s3:/museum" as it is not of the form s3://BUCKET/PREFIX',
    );
  });
});
