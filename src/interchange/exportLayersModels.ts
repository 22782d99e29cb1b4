import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import type { ColorizerModels } from '../models/colorizerModels.js';

/** The file of weights beside each `model.json`. */
const WEIGHTS_NAME = 'weights.bin';

function weightBytes(data: io.ModelArtifacts['weightData']): Uint8Array {
  const buffers = Array.isArray(data) ? data : [data!];
  const bytes = new Uint8Array(buffers.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const buffer of buffers) {
    bytes.set(new Uint8Array(buffer), offset);
    offset += buffer.byteLength;
  }
  return bytes;
}

/** The files `model.json` and `weights.bin` of one model. */
async function layersModelFiles(model: LayersModel): Promise<Map<string, Uint8Array>> {
  let artifacts: io.ModelArtifacts | undefined;
  const keep = async (made: io.ModelArtifacts): Promise<io.SaveResult> => {
    artifacts = made;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  };
  await model.save({ save: keep });
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const json = {
    modelTopology,
    format: 'layers-model',
    generatedBy: 'polyhue',
    convertedBy: null,
    weightsManifest: [{ paths: [WEIGHTS_NAME], weights: weightSpecs }],
  };
  return new Map([
    ['model.json', new TextEncoder().encode(`${JSON.stringify(json)}\n`)],
    [WEIGHTS_NAME, weightBytes(weightData)],
  ]);
}

/**
 * The networks of a colorizer in the layers format of TensorFlow.js, for `tf.loadLayersModel`.
 *
 * Four models, each a `model.json` with its `weights.bin`: `encoder/`, `conditional_encoder/`, `decoder/` and
 * `mixture_density_network/`, float32, with inputs and outputs as in `ColorVae` and `MixtureDensityNetwork`. Some of their layers are of
 * this library: import `polyhue` before they are loaded.
 *
 * @returns Contents of the files by name, folders with slashes.
 *
 * @example
 * ```ts
 * import { colorizerModels } from 'polyhue';
 * import { exportLayersModels } from 'polyhue/interchange';
 * import { startBackend } from 'polyhue/node';
 *
 * await startBackend('cpu');
 * const files = await exportLayersModels(colorizerModels({ preset: 'tiny', seed: 0 }));
 * for (const [name, bytes] of files) console.log(name, bytes.length);
 * ```
 */
export async function exportLayersModels(models: ColorizerModels): Promise<Map<string, Uint8Array>> {
  const { colorVae: vae, mixtureDensityNetwork: network } = models;
  const files = new Map<string, Uint8Array>();
  for (const model of [vae.encoder, vae.conditionalEncoder, vae.decoder, network.model])
    for (const [name, bytes] of await layersModelFiles(model)) files.set(`${model.name}/${name}`, bytes);
  return files;
}
