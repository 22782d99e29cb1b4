import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, onTestFinished } from 'vitest';

import { findDuplicates, versionProblem } from '../../src/backends/findDuplicates.js';

const CURE =
  'keep one: run "npm ls @tensorflow/tfjs-core", then "npm dedupe", or let the bundler resolve it to one folder';

describe('findDuplicates()', () => {
  it('finds nothing wrong with this installation', () => {
    expect(findDuplicates()).toEqual([]);
    expect(findDuplicates(['a/tf-core.js'])).toEqual([]);
  });

  it('names the files of the copies, where it is given them', () => {
    expect(findDuplicates(['a/tf-core.js', 'b/tf-core.js'])).toEqual([
      `2 copies of "@tensorflow/tfjs-core" are loaded, a/tf-core.js and b/tf-core.js: ${CURE}`,
    ]);
  });

  it('finds a running backend that was built with another copy', () => {
    const foreign = { dispose: () => {} } as tf.KernelBackend;
    onTestFinished(() => tf.removeBackend('foreign'));
    tf.registerBackend('foreign', () => foreign, 0);
    tf.findBackend('foreign');
    expect(findDuplicates()).toEqual([
      `The "foreign" backend belongs to another copy of "@tensorflow/tfjs-core": ${CURE}`,
    ]);
  });

  it('finds an engine that another copy made', () => {
    const { ENV } = tf.engine();
    const { prototype } = tf.Environment;
    Object.setPrototypeOf(ENV, Object.create(null, Object.getOwnPropertyDescriptors(prototype)) as object);
    try {
      expect(findDuplicates()).toEqual([
        `Another copy of "@tensorflow/tfjs-core" was loaded before the one of polyhue: ${CURE}`,
      ]);
    } finally {
      Object.setPrototypeOf(ENV, prototype);
    }
  });
});

describe('versionProblem()', () => {
  it('finds versions that do not belong together', () => {
    expect(versionProblem('4.22.0', '4.22.0')).toEqual([]);
    expect(versionProblem('4.22.0', '4.21.0')).toEqual([
      '"@tensorflow/tfjs-core" is 4.22.0 and "@tensorflow/tfjs-layers" is 4.21.0: install the same version of both',
    ]);
  });
});
