import { checkpointHash } from '../checkpoint/loadCheckpoint.js';
import { type Colorizer, loadColorizer } from '../inference/colorizer.js';
import { loadFeatureNetwork } from '../models/featureNetwork.js';
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

/** Loads a model and the network of features that it looks at, if one is named; `dispose` frees both. */
export async function openColorizer(
  { model, features }: ModelPlaces,
  signal: AbortSignal,
): Promise<Colorizer> {
  if (features === null) return loadColorizer(modelStore(model), { signal });
  const network = await loadFeatureNetwork(modelStore(features), { signal });
  const free = (): void => void network.network.dispose();
  try {
    const colorizer = await loadColorizer(modelStore(model), { signal, features: network });
    const dispose = (): void => {
      colorizer.dispose();
      free();
    };
    return { ...colorizer, dispose };
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
