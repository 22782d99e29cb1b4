import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether the person has asked for no tests with Redis; without that, a missing server is a failure. */
export const WITHOUT_REDIS = process.env['POLYHUE_REDIS_TESTS'] === 'skip';

/** A Redis server of a test. */
export interface RedisServer {
  readonly url: string;
  /** Ends it, as a shutdown of the machine does, and starts it again with what it had on its disk. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Ends it and removes its files. */
  readonly close: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server of its own on a free port, which keeps what it is told on disk. */
export async function redisServer(options: readonly string[] = []): Promise<RedisServer> {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'polyhue-redis-'))];
  const settings = ['--bind', '127.0.0.1', '--appendonly', 'yes', '--save', '', ...options];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn('redis-server', ['--port', String(port), '--dir', folder, ...settings]);
    child = started;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      started.on('error', () => reject(new Error('redis-server is not installed: see tools/ensureRedis.ts')));
      started.on('exit', () => reject(new Error(`redis-server has ended: ${said}`)));
      started.stdout.on('data', (text: Buffer) => {
        said += String(text);
        if (said.includes('Ready to accept connections')) resolve();
      });
    });
  };
  const stop = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}
