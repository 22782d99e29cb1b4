/** Finds a Redis server for the tests of the queue, or installs one; run by `npm test` before Vitest. */
import { spawnSync } from 'node:child_process';

const HELP = `The tests of the queue need redis-server and none was found. Do one of these:
  - install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or
  - leave these tests out: POLYHUE_REDIS_TESTS=skip npm test`;

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

function install(): void {
  const command = 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y redis-server';
  console.error(`No redis-server found; trying: ${command}`);
  spawnSync('sh', ['-c', command], { stdio: 'inherit' });
}

if (process.env['POLYHUE_REDIS_TESTS'] === 'skip') console.error('The tests of the queue are left out');
else {
  if (!hasRedis()) install();
  if (!hasRedis()) {
    console.error(HELP);
    process.exitCode = 1;
  }
}
