import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

import { describe, expect, it, onTestFinished } from 'vitest';

import { isPrivateAddress, publicLookup } from '../../src/queue/storage/addressGuard.js';
import { httpStorage } from '../../src/queue/storage/httpStorage.js';
import golden from '../golden/queue.json' with { type: 'json' };

const LIMIT = { maxBytes: 1000 };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe('isPrivateAddress()', () => {
  it('agrees with the registries as Python has them', () => {
    const wrong = Object.entries(golden.isPrivate).filter(
      ([address, is]) => isPrivateAddress(address) !== is,
    );
    expect(wrong).toEqual([]);
  });

  it('refuses what leads to IPv4 addresses by way of IPv6, scopes, and what is no address', () => {
    const addresses = [...golden.stricter, 'fe80::1%eth0', 'localhost', ''];
    expect(addresses.filter((address) => !isPrivateAddress(address))).toEqual([]);
  });
});

describe('publicLookup()', () => {
  const lookup = (addresses: { address: string; family: number }[]) =>
    new Promise<unknown>((resolve) => {
      publicLookup((_host, done) => done(null, addresses))('a.org', { all: true }, (error, found) =>
        resolve(error ?? found),
      );
    });

  it('passes on the addresses that it looked at, and refuses a host with a private one among them', async () => {
    const publicOne = { address: '8.8.8.8', family: 4 };
    expect(await lookup([publicOne])).toEqual([publicOne]);
    expect(await lookup([publicOne, { address: '10.0.0.7', family: 4 }])).toMatchObject({
      name: 'PhotoRefusedError',
      message: 'Cannot read from "a.org", which is 10.0.0.7, as it is a private address',
    });
  });
});

describe('httpStorage()', () => {
  it('refuses private addresses before anything is sent', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests++;
      response.end('secret');
    });
    const port = new URL(url).port;
    const storage = httpStorage();
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '0x7f.1',
      '0.0.0.0',
    ])
      await expect(storage.read(`http://${host}:${port}/x.jpg`, LIMIT)).rejects.toThrow('private address');
    expect(requests).toBe(0);
  });

  it('reads a file, also by way of redirects, where private addresses are allowed', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/a%20b.jpg') response.end('photo');
      else response.writeHead(302, { location: '/a%20b.jpg' }).end();
    });
    const web = httpStorage({ allowPrivate: true });
    expect(String(Buffer.from((await web.read(`${url}/from.jpg`, LIMIT))!))).toBe('photo');
    const folder = httpStorage({ base: url, allowPrivate: true });
    expect(String(Buffer.from((await folder.read('a b.jpg', LIMIT))!))).toBe('photo');
    await expect(folder.read('../x.jpg', LIMIT)).rejects.toThrow('leads out of the root');
  });

  it.each([
    ['/loop', 'PhotoRefusedError', 'is redirected more than 5 times'],
    ['/file', 'PhotoRefusedError', 'Cannot read "file:///etc/passwd" as it is neither http nor https'],
    ['/bracket', 'PhotoRefusedError', '/bracket" as its URL cannot be understood'],
    ['/drip', 'Error', '/drip" has not been sent within 4 s'],
    ['/403', 'PhotoRefusedError', 'as the server answers 403'],
    ['/429', 'Error', 'as the server answers 429'],
    ['/503', 'Error', 'as the server answers 503'],
    ['/large', 'PhotoRefusedError', 'as it has more than 1000 bytes'],
    ['/cut', 'Error', 'aborted'],
    ['/silent', 'Error', 'has not answered for 0.2 s'],
  ])('answers %s with a %s', async (path, name, message) => {
    const url = await serve((request, response) => {
      const status = Number(request.url!.slice(1));
      if (status > 0) return void response.writeHead(status).end();
      if (request.url === '/loop') return void response.writeHead(301, { location: '/loop' }).end();
      if (request.url === '/file')
        return void response.writeHead(301, { location: 'file:///etc/passwd' }).end();
      if (request.url === '/bracket') return void response.writeHead(301, { location: 'http://[::1' }).end();
      if (request.url === '/drip') {
        const timer = setInterval(() => response.write('x'), 20);
        return void response.on('close', () => clearInterval(timer));
      }
      if (request.url === '/large') return void response.end('x'.repeat(1001));
      if (request.url !== '/cut') return undefined;
      response.writeHead(200, { 'content-length': 100 }).write('x');
      return setTimeout(() => response.destroy(), 20);
    });
    const storage = httpStorage({ allowPrivate: true, timeoutMs: 200 });
    const error = await storage.read(url + path, LIMIT).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) as string });
  });

  it('has no file where the server has none, and is for reading only', async () => {
    const url = await serve((_request, response) => void response.writeHead(404).end());
    expect(await httpStorage({ allowPrivate: true }).read(`${url}/x.jpg`, LIMIT)).toBeUndefined();
    await expect(httpStorage({ base: url }).check('write')).rejects.toThrow(
      'web servers are for reading only',
    );
    expect(() => httpStorage({ base: 'ftp://a.org' })).toThrow(
      'Cannot read photos from "ftp://a.org" as it is not an http or https URL',
    );
  });
});
