import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { FormatError } from '../../src/errors.js';
import type { ArrayFile } from '../../src/interchange/arrayFile.js';
import { importColorizer } from '../../src/interchange/importColorizer.js';
import { openArrays } from '../../src/interchange/openArrays.js';
import { decodeLatents, encodeColorField, encodeGreyLevel } from '../../src/models/colorVae.js';
import {
  type ColorizerConfigs,
  disposeColorizerModels,
  loadColorizerModels,
} from '../../src/models/colorizerModels.js';
import { predictMixture } from '../../src/models/mixtureDensityNetwork.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';
import golden from '../golden/stateDict.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';
import { fromBase64, sourceOf } from './files.js';

const encoder = { ...COLOR_VAE_PRESETS.reference.encoder, filters: [2, 3, 4, 5] };
const strides = [1, 1, 1, 2, 1, 2, 2] as const;
const filters = [5, 4, 4, 3, 3, 3, 2];
/** The small network of tools/golden/state_dict.py. */
const configs: ColorizerConfigs = {
  colorVae: {
    ...COLOR_VAE_PRESETS.reference,
    imageSize: 32,
    latentDim: 3,
    encoder,
    conditionalEncoder: encoder,
    decoder: { ...COLOR_VAE_PRESETS.reference.decoder, filters: [5, 4, 3, 2] },
  },
  mixtureDensityNetwork: {
    ...MIXTURE_PRESETS.reference,
    input: { kind: 'features', shape: [14, 14, 4] },
    latentDim: 3,
    components: 2,
    trunk: strides.map((strides, i) => ({ filters: filters[i]!, kernelSize: 5, strides })),
  },
};
const { inputs } = golden;
const CLOSE = { rtol: 0, atol: 1e-4 };

const open = (part: 'vae' | 'mdn'): Promise<ArrayFile> =>
  openArrays(sourceOf(fromBase64(golden[part]), `${part}.pth`));

/** A file without some of its arrays, and with others under new names. */
function renamed(file: ArrayFile, rename: (name: string) => string | undefined): ArrayFile {
  const names = new Map([...file.arrays.keys()].map((name) => [rename(name) ?? '', name]));
  names.delete('');
  const arrays = new Map([...names].map(([name, old]) => [name, file.arrays.get(old)!]));
  return { ...file, arrays, read: (name) => file.read(names.get(name)!) };
}

async function imported(alignCorners: boolean, files?: ArrayFile[]) {
  const store = memoryStore();
  const given = files ?? [await open('vae'), await open('mdn')];
  await saveCheckpoint(store, await importColorizer(given, { configs, alignCorners, notes: 'test' }));
  return loadColorizerModels(store);
}

describe('importColorizer()', () => {
  it.each([
    ['halfPixel', false],
    ['alignCorners', true],
  ] as const)('computes what PyTorch computes, with upsampling %s', async (name, alignCorners) => {
    const models = await imported(alignCorners);
    const { colorVae: vae, mixtureDensityNetwork: network, notes } = models;
    expect(notes).toBe('test');
    const posterior = encodeColorField(vae, tf.tensor4d(inputs.colorField, [1, 32, 32, 2]));
    await expectAllClose(posterior.means, golden.means, CLOSE);
    await expectAllClose(posterior.logVariances, golden.logVariances, CLOSE);
    const conditioning = encodeGreyLevel(vae, tf.tensor4d(inputs.greyLevel, [1, 32, 32, 1]));
    const fields = decodeLatents(vae, tf.tensor2d(inputs.z, [2, 3]), conditioning);
    await expectAllClose(fields, golden.colorField[name], CLOSE);
    const { means, logits } = predictMixture(network, tf.tensor4d(inputs.features, [1, 14, 14, 4]));
    await expectAllClose(means, golden.mixtureMeans, CLOSE);
    await expectAllClose(logits, golden.mixtureLogits, CLOSE);
    disposeColorizerModels(models);
  });

  it('takes files without counters and files of DataParallel', async () => {
    const uncounted = renamed(await open('vae'), (name) => (name.includes('num_batches') ? undefined : name));
    const parallel = renamed(await open('mdn'), (name) => `module.${name}`);
    const models = await imported(false, [uncounted, parallel]);
    expect(models.colorVae.config).toEqual(configs.colorVae);
    disposeColorizerModels(models);
  });

  it('lists all names and shapes that do not fit, before it reads a value', async () => {
    const vae = renamed(await open('vae'), (name) => (name === 'enc_fc1.bias' ? 'enc_fc.bias' : name));
    const unread = { ...vae, read: () => Promise.reject(new Error('read')) };
    const wider = { ...configs.colorVae, encoder: { ...encoder, filters: [2, 3, 4, 6] } };
    const importing = importColorizer([unread, await open('mdn')], {
      configs: { ...configs, colorVae: wider },
    });
    await expect(importing).rejects.toThrow(FormatError);
    await expect(importing).rejects.toThrow(
      'Cannot import "vae.pth", "mdn.pth": "enc_conv4.weight" is [5, 4, 3, 3], not [6, 4, 3, 3]; ' +
        '"enc_conv4.bias" is [5], not [6]; "enc_bn4.weight" is [5], not [6]; "enc_bn4.bias" is [5], not [6]; ' +
        '"enc_bn4.running_mean" is [5], not [6]; "enc_bn4.running_var" is [5], not [6]; ' +
        '"enc_fc1.weight" is [6, 20], not [6, 24]; "enc_fc1.bias" is missing, not [6]; "enc_fc.bias" is [6], not expected',
    );
  });

  it('says what is missing when only one network is given', async () => {
    await expect(importColorizer([await open('vae')], { configs })).rejects.toThrow(
      'Cannot import "vae.pth": "mdn_conv1.weight" is missing, not [5, 4, 5, 5]; ',
    );
  });
});
