import * as tf from '@tensorflow/tfjs-core';
import { version_layers as layersVersion } from '@tensorflow/tfjs-layers';

import { currentBackend, restoreBackend } from '../backends/activateBackend.js';
import { type BackendCandidate, registeredCandidates } from '../backends/candidates.js';
import { findDuplicates } from '../backends/findDuplicates.js';
import { type ColorizerConfigs, presetConfigs } from '../models/colorizerModels.js';
import { type BackendReport, reportBackend } from './backendReport.js';
import { modelKernels, type ModelKernels } from './modelKernels.js';
import { type PlatformReport, describePlatform } from './platform.js';

const ACTION = 'report capabilities';

export interface CapabilitiesOptions {
  /**
   * Networks to be run or trained.
   *
   * @defaultValue those of the preset `'compact'`
   */
  readonly configs?: ColorizerConfigs;
  /**
   * Backends to look at.
   *
   * @defaultValue those that are registered with TensorFlow.js, the fastest first
   */
  readonly candidates?: readonly BackendCandidate[];
  /**
   * Facts about the machine and the program.
   *
   * @defaultValue what a browser tells
   */
  readonly platform?: PlatformReport;
}

/** What can run here, as plain JSON. */
export interface Capabilities {
  readonly platform: PlatformReport;
  /** Versions of TensorFlow.js. */
  readonly versions: { readonly core: string; readonly layers: string };
  /** Kernels that the models need. */
  readonly kernels: ModelKernels;
  readonly backends: readonly BackendReport[];
  /** What is wrong with the installation, and its cure: one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Says which backends can run and train models here, and what those that cannot would need: starts each of them, checks its
 * arithmetic and looks for the kernels that the models need. The backend that was current is current again afterwards.
 *
 * @throws {RangeError} If a number of a config is out of range.
 * @throws {TypeError} If a choice of a config is none of those offered, or a part is missing.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-webgpu';
 * import { capabilities } from 'polyhue/capabilities';
 *
 * const { backends } = await capabilities();
 * for (const { name, training } of backends) console.log(name, training.works, training.missing);
 * ```
 */
export async function capabilities(options: CapabilitiesOptions = {}): Promise<Capabilities> {
  const {
    configs = presetConfigs(ACTION, 'compact'),
    candidates = registeredCandidates(),
    platform = describePlatform(),
  } = options;
  const kernels = await modelKernels(configs);
  const previous = currentBackend();
  const backends: BackendReport[] = [];
  try {
    for (const candidate of candidates) backends.push(await reportBackend(candidate, kernels));
    const versions = { core: tf.version_core, layers: layersVersion };
    return { platform, versions, kernels, backends, problems: findDuplicates(platform.tfjsCopies) };
  } finally {
    await restoreBackend(previous);
  }
}
