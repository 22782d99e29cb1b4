import * as tf from '@tensorflow/tfjs-core';

import { mixtureLogJoint } from '../../distributions/gaussianMixture.js';
import { decodeLatents } from '../../models/colorVae.js';
import { nextTask } from '../../nextTask.js';
import { disposeTape } from '../../tape.js';
import type { EncodedPhoto } from '../chooseFields.js';
import type { LatentCandidate } from '../chooseLatents.js';

/** Steps of Adam, and the size of the first: in deviations of the component; it falls to a tenth. */
const STEPS = 40;
const FIRST_STEP = 0.3;
const [BETA1, BETA2, EPSILON] = [0.9, 0.99, 1e-8];

export interface RefineOptions {
  /** Cost of color fields, nats, shape `[batch]`; called inside `tf.tidy`. */
  readonly energy: (fields: tf.Tensor4D) => tf.Tensor1D;
  readonly signal: AbortSignal | undefined;
  /** Told after each step which share of them is done. */
  readonly onShare: (share: number) => void;
}

/** The deviations of the component of each code, shape `[codes, latentDim]`; isotropic ones are repeated. */
async function deviationsOf(
  { mixture: { logStdDevs, means } }: EncodedPhoto,
  starts: readonly LatentCandidate[],
): Promise<Float32Array> {
  const values = await logStdDevs.data<'float32'>();
  const [latentDim, own] = [means.shape[2], logStdDevs.shape[2]];
  return Float32Array.from({ length: starts.length * latentDim }, (_, i) => {
    const { component } = starts[Math.floor(i / latentDim)]!;
    return Math.exp(values[component * own + (i % latentDim) * Number(own > 1)]!);
  });
}

/** The gradient of the cost of all codes together, with respect to how many deviations each is from where it began. */
function gradientAt(
  { vae, mixture, conditioning }: EncodedPhoto,
  { codes, deviations, offsets }: Record<'codes' | 'deviations' | 'offsets', Float32Array>,
  energy: RefineOptions['energy'],
): tf.Tensor2D {
  const { latentDim } = vae.config;
  const tensor = (values: Float32Array) => tf.tensor2d(values, [values.length / latentDim, latentDim]);
  const cost = (moved: tf.Tensor): tf.Scalar => {
    const z = tf.add<tf.Tensor2D>(tensor(codes), tf.mul(tensor(deviations), moved));
    const surprise = tf.neg(tf.logSumExp(mixtureLogJoint(z, mixture), 1));
    return tf.sum<tf.Scalar>(tf.add(energy(decodeLatents(vae, z, conditioning)), surprise));
  };
  try {
    return tf.tidy(() => tf.grad(cost)(tensor(offsets)) as tf.Tensor2D);
  } catch (error) {
    disposeTape();
    throw error;
  }
}

/** Lets other tasks run, and gives up where that was asked for. */
async function read(gradient: tf.Tensor2D, signal: AbortSignal | undefined): Promise<Float32Array> {
  try {
    const values = await gradient.data<'float32'>();
    await nextTask();
    signal?.throwIfAborted();
    return values;
  } finally {
    gradient.dispose();
  }
}

/**
 * Moves codes to where they cost least: `energy(decode(z)) - log p(z)` under the mixture, by Adam, each code on its own.
 *
 * Steps are in deviations of the component that a code came from, so that narrow and wide dimensions move alike.
 *
 * @returns The codes, in the order of `starts`.
 */
export async function refineLatents(
  encoded: EncodedPhoto,
  starts: readonly LatentCandidate[],
  { energy, signal, onShare }: RefineOptions,
): Promise<Float32Array[]> {
  const { latentDim } = encoded.vae.config;
  const deviations = await deviationsOf(encoded, starts);
  const codes = Float32Array.from(starts.flatMap(({ latent }) => [...latent]));
  const offsets = new Float32Array(codes.length);
  const [first, second] = [new Float64Array(codes.length), new Float64Array(codes.length)];
  for (let step = 1; step <= STEPS; step++) {
    const gradient = await read(gradientAt(encoded, { codes, deviations, offsets }, energy), signal);
    const rate = FIRST_STEP * 0.1 ** ((step - 1) / (STEPS - 1));
    gradient.forEach((slope, i) => {
      first[i] = BETA1 * first[i]! + (1 - BETA1) * slope;
      second[i] = BETA2 * second[i]! + (1 - BETA2) * slope * slope;
      const [mean, square] = [first[i] / (1 - BETA1 ** step), second[i] / (1 - BETA2 ** step)];
      offsets[i]! -= (rate * mean) / (Math.sqrt(square) + EPSILON);
    });
    onShare(step / STEPS);
  }
  const refined = codes.map((value, i) => value + deviations[i]! * offsets[i]!);
  return starts.map((_, i) => refined.slice(i * latentDim, (i + 1) * latentDim));
}
