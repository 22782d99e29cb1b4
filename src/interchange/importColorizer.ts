import type { Checkpoint } from '../checkpoint/saveCheckpoint.js';
import { type ColorizerConfigs, colorizerCheckpoint } from '../models/colorizerModels.js';
import type { ColorVaeConfig, EncoderConfig, MixtureDensityNetworkConfig } from '../models/config.js';
import { REFERENCE_COLOR_VAE, REFERENCE_MIXTURE } from '../models/referencePreset.js';
import type { ArrayFile } from './arrayFile.js';
import {
  convertStateDict,
  convolutionEntries,
  denseEntries,
  normalizationEntries,
  type StateDictEntry,
} from './stateDict.js';

/** The preset `reference`. */
const REFERENCE: ColorizerConfigs = {
  colorVae: REFERENCE_COLOR_VAE,
  mixtureDensityNetwork: REFERENCE_MIXTURE,
};

export interface ImportColorizerOptions {
  /**
   * What the files hold: the layers of the preset `reference`, with other numbers of filters where the network was trained so.
   *
   * @defaultValue the preset `reference`
   */
  readonly configs?: ColorizerConfigs;
  /**
   * Whether maps were enlarged with their corners kept in place, as PyTorch before 0.4 did: for weights that were trained
   * with it.
   *
   * @defaultValue `false`
   */
  readonly alignCorners?: boolean;
  /**
   * Plain JSON to keep with the weights.
   *
   * @defaultValue `null`
   */
  readonly notes?: unknown;
}

/** The layers `PREFIX_conv1`, `PREFIX_bn1`, ... of an encoder. */
function encoderEntries(
  theirs: string,
  ours: string,
  config: EncoderConfig,
  channels: number,
): StateDictEntry[] {
  return config.filters.flatMap((filters, i) => {
    const inputs = i === 0 ? channels : config.filters[i - 1]!;
    const layer = `${ours}_down${i + 1}`;
    return [
      ...convolutionEntries({ theirs: `${theirs}_conv${i + 1}`, ours: `${layer}_conv` }, [
        filters,
        inputs,
        config.kernelSizes[i]!,
      ]),
      ...normalizationEntries(`${theirs}_bn${i + 1}`, `${layer}_norm`, filters),
    ];
  });
}

/** The layers `dec_conv1`, `dec_bn1`, ... of the decoder, whose convolutions take the features of the grey photo as well. */
function decoderEntries({ decoder, conditionalEncoder, latentDim }: ColorVaeConfig): StateDictEntry[] {
  const { filters, kernelSizes, outputKernelSize } = decoder;
  const skips = conditionalEncoder.filters.toReversed();
  const stages = filters.flatMap((outputs, i) => {
    const ours = `decoder_up${i}`;
    const inputs = (i === 0 ? latentDim : filters[i - 1]!) + skips[i]!;
    const skip = { layer: `${ours}_skip_conv`, channels: skips[i]! };
    const names = { theirs: `dec_conv${i + 1}`, ours: `${ours}_conv`, skip };
    return [
      ...convolutionEntries(names, [outputs, inputs, kernelSizes[i]!]),
      ...normalizationEntries(`dec_bn${i + 1}`, `${ours}_norm`, outputs),
    ];
  });
  const output = { theirs: `dec_conv${filters.length + 1}`, ours: 'decoder_output_conv' };
  return [...stages, ...convolutionEntries(output, [2, filters.at(-1)!, outputKernelSize])];
}

function colorVaeEntries(config: ColorVaeConfig): StateDictEntry[] {
  const { imageSize, encoder, conditionalEncoder, latentDim } = config;
  const heads = [['encoder_means', latentDim], ['encoder_log_variances', latentDim]] as const; // prettier-ignore
  const side = imageSize / 2 ** encoder.filters.length;
  return [
    ...encoderEntries('enc', 'encoder', encoder, 2),
    ...denseEntries({ theirs: 'enc_fc1', ours: heads }, [encoder.filters.at(-1)!, side]),
    ...encoderEntries('cond_enc', 'conditional_encoder', conditionalEncoder, 1),
    ...decoderEntries(config),
  ];
}

function mixtureEntries({
  input,
  trunk,
  components,
  latentDim,
}: MixtureDensityNetworkConfig): StateDictEntry[] {
  const [height, , channels] =
    input.kind === 'features' ? input.shape : [input.imageSize, input.imageSize, 1];
  const side = trunk.reduce((size, { strides }) => Math.ceil(size / strides), height);
  const layers = trunk.flatMap(({ filters, kernelSize }, i) => {
    const inputs = i === 0 ? channels : trunk[i - 1]!.filters;
    const ours = `mixture_trunk${i + 1}`;
    return [
      ...convolutionEntries({ theirs: `mdn_conv${i + 1}`, ours: `${ours}_conv` }, [
        filters,
        inputs,
        kernelSize,
      ]),
      ...normalizationEntries(`mdn_bn${i + 1}`, `${ours}_norm`, filters),
    ];
  });
  const heads = [['mixture_means', components * latentDim], ['mixture_logits', components]] as const; // prettier-ignore
  return [...layers, ...denseEntries({ theirs: 'mdn_fc1', ours: heads }, [trunk.at(-1)!.filters, side])];
}

/** How many batches the statistics have seen: counted since PyTorch 0.4, and not needed. */
const isCounter = (name: string): boolean => name.endsWith('.num_batches_tracked');

function withAlignedCorners({ colorVae, ...rest }: ColorizerConfigs): ColorizerConfigs {
  return {
    ...rest,
    colorVae: { ...colorVae, decoder: { ...colorVae.decoder, upsampling: 'bilinearAlignCorners' } },
  };
}

/**
 * A colorizer from state dicts with the layer names of the method's PyTorch port: `enc_conv1.weight`, ..., of its color VAE
 * and `mdn_conv1.weight`, ..., of its mixture density network, in one file or two.
 *
 * Kernels are brought from `[outputs, inputs, height, width]` to `[height, width, inputs, outputs]`, dense layers from
 * channels first to channels last. Needs no backend. Color fields of weights trained on 8-bit Lab codes are read as
 * `128 * field`, where `127.5 * field - 0.5` would be exact: half a unit of ab, which nobody sees.
 *
 * @returns A checkpoint: `saveCheckpoint` writes it, `loadColorizer` reads it then.
 * @throws {FormatError} If names are missing or unknown, or shapes differ, with all of them; or a file is damaged.
 *
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017; the port is github.com/aditya12agd5/pytorch_divcolor.
 */
export async function importColorizer(
  files: readonly ArrayFile[],
  options: ImportColorizerOptions = {},
): Promise<Checkpoint> {
  const { configs: given = REFERENCE, alignCorners = false, notes = null } = options;
  const configs = alignCorners ? withAlignedCorners(given) : given;
  const entries = [...colorVaeEntries(configs.colorVae), ...mixtureEntries(configs.mixtureDensityNetwork)];
  const tensors = await convertStateDict(files, { entries, ignored: isCounter });
  return colorizerCheckpoint(configs, tensors, notes);
}
