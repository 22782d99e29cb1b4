// A program for folderStore.test.ts to kill: saves checkpoint after checkpoint, and says the number of each that is done.
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { folderStore } from '../../src/node/folderStore.js';

const [folder, start] = process.argv.slice(2);

for (let i = Number(start); ; i++) {
  // Tensors that only belong to checkpoint i, in several files.
  const tensors = new Map(
    Array.from({ length: 5 }, (_, tensor) => [
      `w${tensor}`,
      { shape: [5000], values: new Float32Array(5000).fill(i + tensor / 8) },
    ]),
  );
  const checkpoint = { kind: 'kill', metadata: { i }, tensors };
  await saveCheckpoint(folderStore(folder!), checkpoint, { maxShardBytes: 20_000 });
  process.stdout.write(`${i}\n`);
}
