// A program for webgpu.test.ts: starts one backend after the other in one process and tells what came of it as JSON.
// With --early it imports the WebGPU backend first, as a program might that does not know better.
import { type NodeBackend, startBackend } from '../../src/node/startBackend.js';

const args = process.argv.slice(2);
if (args[0] === '--early') {
  await import('@tensorflow/tfjs-backend-webgpu');
  args.shift();
}

const starts = [];
for (const backend of args) {
  try {
    starts.push({ backend, started: await startBackend(backend as NodeBackend) });
  } catch (error) {
    const { name, message } = error as Error;
    starts.push({ backend, error: { name, message } });
  }
}
process.stdout.write(JSON.stringify(starts));
