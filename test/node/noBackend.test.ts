import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

const PROGRAM = `
  import { colorVae, mixtureDensityNetwork } from './src/index.ts';
  for (const create of [colorVae, mixtureDensityNetwork]) {
    try {
      create({ preset: 'tiny', seed: 0 });
    } catch (error) {
      console.log(error.name + ': ' + error.message);
    }
  }
`;

describe('colorVae() and mixtureDensityNetwork()', () => {
  it('say what to import when no backend is registered', () => {
    const node = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM], {
      encoding: 'utf8',
    });
    const cure =
      'as no TensorFlow.js backend is registered: import one, such as "@tensorflow/tfjs-backend-wasm", and await tf.ready(); ' +
      'in Node, call startBackend("wasm") of "polyhue/node"';
    expect(node.stderr).toBe('');
    expect(node.stdout.trim().split('\n')).toEqual([
      `BackendError: Cannot create colorVae ${cure}`,
      `BackendError: Cannot create mixtureDensityNetwork ${cure}`,
    ]);
  });
});
