import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

import { readTensors, type TensorData } from '../checkpoint/tensorData.js';
import { argumentMessage } from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { namedWeights } from '../models/weights.js';
import { layerWriter, type LayerToWrite } from './onnx/layerNodes.js';
import { modelBytes, type OnnxValue } from './onnx/messages.js';
import { type OnnxGraph, onnxGraph } from './onnx/onnxGraph.js';

const ACTION = 'run exportOnnx';

/** Versions of the operator set that graphs can be marked with: in these, what they use means the same. */
export const ONNX_OPSETS = { oldest: 13, newest: 17 } as const;

export interface ExportOnnxOptions {
  /**
   * Version of the operator set, an integer from 13 to 17.
   *
   * @defaultValue `13`
   */
  readonly opset?: number;
  /** The network that the mixture density network looks at features of, such as `zhangFeatures`, to be written too. */
  readonly features?: LayersModel;
}

/** A graph that is to be written: models, one feeding the next, and what goes in and comes out. */
interface GraphPlan {
  readonly name: string;
  readonly models: readonly LayersModel[];
  /** Inputs of the graph and the symbolic tensors that they are. */
  readonly inputs: readonly (readonly [OnnxValue, SymbolicTensor])[];
  /** Inputs of a model that are outputs of another. */
  readonly links: readonly (readonly [from: SymbolicTensor, to: SymbolicTensor])[];
  readonly outputs: readonly (readonly [OnnxValue, SymbolicTensor])[];
}

/** The axes of a graph's value: channels come before height and width. */
function channelsFirst(
  batch: string,
  { shape }: SymbolicTensor,
  flexible: readonly string[] = [],
): OnnxValue['shape'] {
  const sizes = shape.slice(1);
  if (sizes.length !== 3) return [batch, ...(sizes as number[])];
  const [height, width, channels] = sizes;
  return [batch, channels!, height ?? flexible[0]!, width ?? flexible[1]!];
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

function layerToWrite(
  layer: LayersModel['layers'][number],
  tensors: ReadonlyMap<string, TensorData>,
): LayerToWrite {
  const { name } = layer;
  return {
    name,
    config: layer.getConfig(),
    inputShape: list(layer.input)[0]!.shape.slice(1),
    outputShape: list(layer.output)[0]!.shape.slice(1),
    weight: (role) => tensors.get(`${name}/${role}`),
  };
}

/** Adds all layers of a model; `values` has the names of its inputs and gets those of everything it computes. */
function addModel(
  graph: OnnxGraph,
  model: LayersModel,
  tensors: ReadonlyMap<string, TensorData>,
  values: Map<number, string>,
): void {
  for (const layer of model.layers) {
    if (layer.getClassName() === 'InputLayer') continue;
    const inputs = list(layer.input).map(({ id }) => values.get(id)!);
    const result = layerWriter(layer)(graph, layerToWrite(layer, tensors), inputs);
    values.set(list(layer.output)[0]!.id, result);
  }
}

async function graphBytes(
  plan: GraphPlan,
  opset: number,
  properties: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const { trainable, statistics } = namedWeights(...plan.models);
  const tensors = await readTensors(new Map([...trainable, ...statistics]));
  const graph = onnxGraph();
  const values = new Map(plan.inputs.map(([{ name }, { id }]) => [id, name]));
  for (const model of plan.models) {
    addModel(graph, model, tensors, values);
    for (const [from, to] of plan.links) values.set(to.id, values.get(from.id)!);
  }
  for (const [{ name }, { id }] of plan.outputs) graph.add(name, 'Identity', [values.get(id)!]);
  const [inputs, outputs] = [plan.inputs, plan.outputs].map((ends) => ends.map(([value]) => value));
  const { name } = plan;
  const { nodes, constants } = graph;
  return modelBytes({ name, inputs: inputs!, outputs: outputs!, nodes, constants }, opset, properties);
}

function mixturePlan({ mixtureDensityNetwork: { model, config } }: ColorizerModels): GraphPlan {
  const input = model.inputs[0]!;
  const [logits, means, logStdDevs] = model.outputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
  const grey = config.input.kind === 'greyLevel';
  const value = (name: string, tensor: SymbolicTensor, description: string) =>
    [{ name, shape: channelsFirst('batch', tensor), description }, tensor] as const;
  return {
    name: 'mixture',
    models: [model],
    inputs: [grey ? value('grey', input, GREY) : value('features', input, 'Features of the grey photo')],
    links: [],
    outputs: [
      value('logits', logits, 'Unnormalized log weights of the components'),
      value('means', means, 'Means of the components, codes'),
      value('log_std_devs', logStdDevs, 'Natural logs of standard deviations, for each dimension or for all'),
    ],
  };
}

const GREY = 'Lightness L* of CIE Lab of the photo, as L / 50 - 1';

function colorsPlan({ colorVae: { conditionalEncoder, decoder } }: ColorizerModels): GraphPlan {
  const grey = conditionalEncoder.inputs[0]!;
  const [latent, ...maps] = decoder.inputs as [SymbolicTensor, ...SymbolicTensor[]];
  const field = decoder.outputs[0]!;
  return {
    name: 'colors',
    models: [conditionalEncoder, decoder],
    inputs: [
      [
        {
          name: 'grey',
          shape: channelsFirst('photos', grey),
          description: `${GREY}; one photo, or as many as codes`,
        },
        grey,
      ],
      [
        {
          name: 'latent',
          shape: channelsFirst('codes', latent),
          description: 'Codes, such as means of the mixture',
        },
        latent,
      ],
    ],
    links: conditionalEncoder.outputs.map((from, i) => [from, maps[i]!]),
    outputs: [
      [
        {
          name: 'ab',
          shape: channelsFirst('codes', field),
          description: 'a* and b* of CIE Lab, divided by 128',
        },
        field,
      ],
    ],
  };
}

function featuresPlan(network: LayersModel): GraphPlan {
  const [input, output] = [network.inputs[0]!, network.outputs[0]!];
  const description = 'Lightness L* of CIE Lab of the photo, 0 to 100';
  return {
    name: 'features',
    models: [network],
    inputs: [
      [{ name: 'lightness', shape: channelsFirst('batch', input, ['height', 'width']), description }, input],
    ],
    links: [],
    outputs: [
      [
        {
          name: 'features',
          shape: channelsFirst('batch', output, ['feature_height', 'feature_width']),
          description: 'Features for the graph "mixture"',
        },
        output,
      ],
    ],
  };
}

/**
 * The inference graphs of a colorizer as ONNX, float32, for ONNX Runtime and others.
 *
 * - `mixture.onnx`: from `grey` `[batch, 1, size, size]` (or `features` `[batch, channels, height, width]`) to `logits`
 *   `[batch, components]`, `means` `[batch, components, latentDim]` and `log_std_devs` `[batch, components, latentDim or 1]`;
 * - `colors.onnx`: from `grey` `[photos, 1, size, size]` and `latent` `[codes, latentDim]` to `ab` `[codes, 2, size, size]`, where
 *   `photos` is 1 or `codes`; the part that looks at the photo is computed once for all codes;
 * - `features.onnx`, if `features` are given: from `lightness` `[batch, 1, height, width]` to `features`.
 *
 * `grey` is `L / 50 - 1` and `ab` is divided by 128, as the networks see them.
 *
 * @returns Contents of the files by name.
 * @throws {RangeError} If `opset` is not an integer from 13 to 17.
 * @throws {TypeError} If a layer is none of those that the models here are made of.
 * @see ONNX, Open Neural Network Exchange, https://onnx.ai.
 *
 * @example
 * ```ts
 * import { colorizerModels } from 'polyhue';
 * import { exportOnnx } from 'polyhue/interchange';
 * import { startBackend } from 'polyhue/node';
 *
 * await startBackend('cpu');
 * const files = await exportOnnx(colorizerModels({ preset: 'tiny', seed: 0 }));
 * const bytes = files.get('colors.onnx')!; // for InferenceSession.create of onnxruntime
 * ```
 */
export async function exportOnnx(
  models: ColorizerModels,
  options: ExportOnnxOptions = {},
): Promise<Map<string, Uint8Array>> {
  const { opset = ONNX_OPSETS.oldest, features } = options;
  const { oldest, newest } = ONNX_OPSETS;
  if (!(Number.isSafeInteger(opset) && opset >= oldest && opset <= newest))
    throw new RangeError(
      argumentMessage(ACTION, 'opset', `be an integer from ${oldest} to ${newest}`, opset),
    );
  const plans = [
    mixturePlan(models),
    colorsPlan(models),
    ...(features === undefined ? [] : [featuresPlan(features)]),
  ];
  const properties = {
    colorVae: JSON.stringify(models.colorVae.config),
    mixtureDensityNetwork: JSON.stringify(models.mixtureDensityNetwork.config),
  };
  const files = new Map<string, Uint8Array>();
  for (const plan of plans) files.set(`${plan.name}.onnx`, await graphBytes(plan, opset, properties));
  return files;
}
