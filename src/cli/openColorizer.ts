import { checkpointHash } from '../checkpoint/loadCheckpoint.js';
import { type Colorizer, colorizer, loadColorizer } from '../inference/colorizer.js';
import type { ColorizerOptions } from '../inference/encodePhoto.js';
import { loadFeatureNetwork } from '../models/featureNetwork.js';
import { onnxEngine } from '../node/onnxEngine.js';
import type { OnnxRuntimeName } from '../node/onnxRuntime.js';
import { modelStore } from './modelStore.js';

/** The option `--features` of the command that colors. */
export const FEATURES_OPTION = {
  value: 'DIR|URL',
  description: 'the network of features that a model such as reference needs, see polyhue import',
} as const;

/** Where the networks are; `null` for a model stands for the one that comes with polyhue, for features for none. */
export interface ModelPlaces {
  readonly model: string | null;
  readonly features: string | null;
}

/** The networks, and whether ONNX Runtime runs them. */
export interface ColorizerPlaces extends ModelPlaces {
  readonly onnx: boolean;
}

/** A colorizer and all that it needs. */
export interface OpenColorizer {
  readonly colorizer: Colorizer;
  /** The package that runs its networks; `null` where that is TensorFlow.js. */
  readonly runtime: OnnxRuntimeName | null;
  /** Frees the networks and what runs them. */
  readonly close: () => Promise<void>;
}

/** What is said of the package that runs the networks. */
export function runtimeNote(runtime: OnnxRuntimeName): string {
  const advice =
    runtime === 'onnxruntime-node' ? '' : '; for native speed, run "npm install onnxruntime-node"';
  return `The networks run on ${runtime}${advice}`;
}

/** Lets ONNX Runtime run the networks of a colorizer. */
async function onOnnx({ models, dispose }: Colorizer, options: ColorizerOptions): Promise<OpenColorizer> {
  const engine = await onnxEngine(models, options);
  const close = async (): Promise<void> => {
    dispose();
    await engine.dispose();
  };
  return { colorizer: colorizer(models, { ...options, engine }), runtime: engine.runtime, close };
}

async function openWith(
  { model, onnx }: ColorizerPlaces,
  options: ColorizerOptions,
  signal: AbortSignal,
): Promise<OpenColorizer> {
  const loaded = await loadColorizer(modelStore(model), { signal, ...options });
  const { dispose } = loaded;
  if (!onnx) return { colorizer: loaded, runtime: null, close: async () => dispose() };
  try {
    return await onOnnx(loaded, options);
  } catch (error) {
    dispose();
    throw error;
  }
}

/**
 * Loads a model, the network of features that it looks at, if one is named, and ONNX Runtime, if it is to run them.
 *
 * @throws {BackendError} If ONNX Runtime is not installed or does not start.
 */
export async function openColorizer(places: ColorizerPlaces, signal: AbortSignal): Promise<OpenColorizer> {
  const { features } = places;
  if (features === null) return openWith(places, {}, signal);
  const network = await loadFeatureNetwork(modelStore(features), { signal });
  const free = (): void => void network.network.dispose();
  try {
    const { close, ...open } = await openWith(places, { features: network }, signal);
    return { ...open, close: async () => close().finally(free) };
  } catch (error) {
    free();
    throw error;
  }
}

/** What tells the networks from others: the hash of the model, and that of the features after it if there are any. */
export async function modelHash({ model, features }: ModelPlaces, signal: AbortSignal): Promise<string> {
  const hash = await checkpointHash(modelStore(model), signal);
  return features === null ? hash : `${hash}+${await checkpointHash(modelStore(features), signal)}`;
}
