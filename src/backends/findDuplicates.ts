import * as tf from '@tensorflow/tfjs-core';
import { version_layers as layersVersion } from '@tensorflow/tfjs-layers';

const ONE_COPY =
  'keep one: run "npm ls @tensorflow/tfjs-core", then "npm dedupe", or let the bundler resolve it to one folder';

/** Backends that run and were built with another copy of tfjs-core: their class is not that of ours. */
function foreignBackends(): string[] {
  const running = Object.entries(tf.engine().registry as Readonly<Record<string, unknown>>);
  return running.filter(([, backend]) => !(backend instanceof tf.KernelBackend)).map(([name]) => name);
}

/** What is wrong with the versions of tfjs-core and tfjs-layers, if anything. */
export function versionProblem(core: string, layers: string): string[] {
  if (core === layers) return [];
  return [
    `"@tensorflow/tfjs-core" is ${core} and "@tensorflow/tfjs-layers" is ${layers}: install the same version of both`,
  ];
}

/**
 * Looks for signs that TensorFlow.js is loaded twice, or in versions that do not belong together.
 *
 * The first copy of tfjs-core makes the engine that all copies share, so that its environment is of no class of a later copy;
 * and a backend is of a class of the copy that it was built with.
 *
 * @param loaded Files of the copies of tfjs-core, where the platform can tell.
 * @returns What was found and its cure, one sentence each.
 */
export function findDuplicates(loaded: readonly string[] = []): string[] {
  const problems: string[] = [];
  const foreign = foreignBackends();
  if (loaded.length > 1) {
    problems.push(
      `${loaded.length} copies of "@tensorflow/tfjs-core" are loaded, ${loaded.join(' and ')}: ${ONE_COPY}`,
    );
  } else if (!(tf.env() instanceof tf.Environment)) {
    problems.push(
      `Another copy of "@tensorflow/tfjs-core" was loaded before the one of polyhue: ${ONE_COPY}`,
    );
  } else if (foreign.length > 0) {
    problems.push(
      `The "${foreign.join('", "')}" backend belongs to another copy of "@tensorflow/tfjs-core": ${ONE_COPY}`,
    );
  }
  return [...problems, ...versionProblem(tf.version_core, layersVersion)];
}
