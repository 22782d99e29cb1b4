import type { layers } from '@tensorflow/tfjs-layers';

import type { TensorData } from '../../checkpoint/tensorData.js';
import type { UpsampleMethod } from '../../models/layers/upsample.js';
import { transposed } from '../transposed.js';
import type { Attribute } from './messages.js';
import type { OnnxGraph } from './onnxGraph.js';

/** A layer of ours that is to be written, with its weights off the backend. */
export interface LayerToWrite {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shapes without the batch, of the first input and of the output: maps are `[height, width, channels]`. */
  readonly inputShape: readonly (number | null)[];
  readonly outputShape: readonly (number | null)[];
  /** The weight of a role, such as `"kernel"`; `undefined` where the layer has none. */
  readonly weight: (role: string) => TensorData | undefined;
}

/** Adds what a layer computes of the values `inputs`; returns the name of the result. */
type WriteLayer = (graph: OnnxGraph, layer: LayerToWrite, inputs: readonly string[]) => string;

const ACTIVATIONS: Readonly<Record<string, string>> = { relu: 'Relu', tanh: 'Tanh' };

function scalar(graph: OnnxGraph, name: string, value: number): string {
  return graph.constant(name, { shape: [], values: Float32Array.of(value) });
}

/** `x` after an activation of tf.layers; as it is after `"linear"`. */
function activated(graph: OnnxGraph, name: string, activation: unknown, x: string): string {
  if (activation === 'linear') return x;
  const operation = typeof activation === 'string' ? ACTIVATIONS[activation] : undefined;
  if (operation !== undefined) return graph.add(name, operation, [x]);
  throw new TypeError(
    `Cannot write the layer "${name}" as ONNX: its activation is ${JSON.stringify(activation)}`,
  );
}

/** Zeros `[top, left, bottom, right]` of `"same"` padding: the smaller half comes first, as in TensorFlow. */
function samePads({ config, inputShape }: LayerToWrite): number[] {
  const [kernel, strides, dilation] = ['kernelSize', 'strides', 'dilationRate'].map((key) => config[key] as readonly number[]); // prettier-ignore
  const pads = [0, 1].map((axis) => {
    const reach = (kernel![axis]! - 1) * dilation![axis]! + 1;
    const step = strides![axis]!;
    if (step === 1) return reach - 1;
    const size = inputShape[axis]!;
    return Math.max((Math.ceil(size / step) - 1) * step + reach - size, 0);
  });
  const before = pads.map((zeros) => Math.floor(zeros / 2));
  return [...before, ...pads.map((zeros, axis) => zeros - before[axis]!)];
}

const writeConvolution: WriteLayer = (graph, layer, [x]) => {
  const { name, config, weight } = layer;
  const kernel = graph.constant(`${name}/kernel`, transposed(weight('kernel')!, [3, 2, 0, 1]));
  const bias = weight('bias');
  const inputs = [x!, kernel, ...(bias === undefined ? [] : [graph.constant(`${name}/bias`, bias)])];
  const attributes: Record<string, Attribute> = {
    kernel_shape: config['kernelSize'] as readonly number[],
    strides: config['strides'] as readonly number[],
    dilations: config['dilationRate'] as readonly number[],
    pads: config['padding'] === 'same' ? samePads(layer) : [0, 0, 0, 0],
  };
  const map = graph.add(name, 'Conv', inputs, attributes);
  return activated(graph, `${name}/activation`, config['activation'], map);
};

const writePadding: WriteLayer = (graph, { name, config }, [x]) => {
  const [[top, bottom], [left, right]] = config['padding'] as [[number, number], [number, number]];
  const pads = graph.constant(`${name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  return graph.add(name, 'Pad', [x!, pads]);
};

const writeDense: WriteLayer = (graph, { name, config, weight }, [x]) => {
  const weights = ['kernel', 'bias'].map((role) => graph.constant(`${name}/${role}`, weight(role)!));
  const product = graph.add(name, 'Gemm', [x!, ...weights]);
  return activated(graph, `${name}/activation`, config['activation'], product);
};

const writeBatchNormalization: WriteLayer = (graph, { name, config, weight, outputShape }, [x]) => {
  const channels = outputShape.at(-1)!;
  const filled = (value: number) => ({ shape: [channels], values: new Float32Array(channels).fill(value) });
  const parameters = {
    gamma: weight('gamma') ?? filled(1),
    beta: weight('beta') ?? filled(0),
    moving_mean: weight('moving_mean')!,
    moving_variance: weight('moving_variance')!,
  };
  const names = Object.entries(parameters).map(([role, data]) => graph.constant(`${name}/${role}`, data));
  const epsilon = { float: config['epsilon'] as number };
  return graph.add(name, 'BatchNormalization', [x!, ...names], { epsilon });
};

/** ONNX has it since opset 18 only; before, groups are brought to one axis and normalized as instances. */
const writeGroupNormalization: WriteLayer = (graph, { name, config, weight, outputShape }, [x]) => {
  const groups = config['groups'] as number;
  const [height, width, channels] = outputShape as [number, number, number];
  const filled = (role: string, value: number) =>
    graph.constant(`${name}/${role}`, { shape: [groups], values: new Float32Array(groups).fill(value) });
  const perChannel = (role: string) =>
    graph.constant(`${name}/${role}`, { shape: [channels, 1, 1], values: weight(role)!.values });
  const grouped = graph.constant(`${name}/grouped_shape`, [0, groups, -1]);
  const whole = graph.constant(`${name}/shape`, [0, channels, height, width]);
  const flat = graph.add(`${name}/grouped`, 'Reshape', [x!, grouped]);
  const inputs = [flat, filled('ones', 1), filled('zeros', 0)];
  const epsilon = { float: config['epsilon'] as number };
  const unit = graph.add(`${name}/normalized_groups`, 'InstanceNormalization', inputs, { epsilon });
  const map = graph.add(`${name}/normalized`, 'Reshape', [unit, whole]);
  const scaled = graph.add(`${name}/scaled`, 'Mul', [map, perChannel('gamma')]);
  return graph.add(name, 'Add', [scaled, perChannel('beta')]);
};

/** Maps are flattened with channels last, as the weights of the next layer have it. */
const writeFlatten: WriteLayer = (graph, { name }, [x]) => {
  const map = graph.add(`${name}/channels_last`, 'Transpose', [x!], { perm: [0, 2, 3, 1] });
  return graph.add(name, 'Flatten', [map], { axis: 1 });
};

const writeReshape: WriteLayer = (graph, { name, outputShape }, [x]) => {
  const shape = graph.constant(`${name}/shape`, [-1, ...(outputShape as number[])]);
  if (outputShape.length !== 3) return graph.add(name, 'Reshape', [x!, shape]);
  const map = graph.add(`${name}/channels_last`, 'Reshape', [x!, shape]);
  return graph.add(name, 'Transpose', [map], { perm: [0, 3, 1, 2] });
};

/** Maps have their channels first here: components are moved before the cells, the channels of each after them. */
const writeComponentMaps: WriteLayer = (graph, { name, config, inputShape, outputShape }, [x]) => {
  const [height, width, channels] = inputShape as [number, number, number];
  const components = config['components'] as number;
  const divided = graph.constant(`${name}/divided_shape`, [
    -1,
    components,
    channels / components,
    height * width,
  ]);
  const shape = graph.constant(`${name}/shape`, [-1, ...(outputShape as number[])]);
  const cells = graph.add(`${name}/divided`, 'Reshape', [x!, divided]);
  const ordered = graph.add(`${name}/cells_first`, 'Transpose', [cells], { perm: [0, 1, 3, 2] });
  return graph.add(name, 'Reshape', [ordered, shape]);
};

const writeGlobalAverage: WriteLayer = (graph, { name }, [x]) =>
  graph.add(name, 'Flatten', [graph.add(`${name}/map`, 'GlobalAveragePool', [x!])], { axis: 1 });

const writeRepeatVector: WriteLayer = (graph, { name, config }, [x]) => {
  const axis = graph.constant(`${name}/axis`, [1]);
  const shape = graph.constant(`${name}/shape`, [1, config['n'] as number, 1]);
  return graph.add(name, 'Expand', [graph.add(`${name}/row`, 'Unsqueeze', [x!, axis]), shape]);
};

const RESIZING: Readonly<Record<UpsampleMethod, Readonly<Record<string, string>>>> = {
  nearest: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  bilinearHalfPixel: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
  bilinearAlignCorners: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
  bilinearLegacy: { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
};

const writeUpsample: WriteLayer = (graph, { name, config }, [x]) => {
  const scales = graph.constant(`${name}/scales`, { shape: [4], values: Float32Array.of(1, 1, 2, 2) });
  return graph.add(name, 'Resize', [x!, '', scales], RESIZING[config['method'] as UpsampleMethod]);
};

const writeRescaling: WriteLayer = (graph, { name, config }, [x]) => {
  const [scale, offset] = ['scale', 'offset'].map((key) => scalar(graph, `${name}/${key}`, config[key] as number)); // prettier-ignore
  return graph.add(name, 'Add', [graph.add(`${name}/scaled`, 'Mul', [x!, scale!]), offset!]);
};

const writeBoundedLogStdDevs: WriteLayer = (graph, { name, config }, [x]) => {
  const [least, most] = ['least', 'most'].map((key) =>
    scalar(graph, `${name}/${key}`, config[key] as number),
  );
  const room = graph.add(`${name}/room`, 'Softplus', [graph.add(`${name}/below_most`, 'Sub', [most!, x!])]);
  const below = graph.add(`${name}/below`, 'Sub', [most!, room]);
  const above = graph.add(`${name}/above_least`, 'Sub', [below, least!]);
  return graph.add(name, 'Add', [graph.add(`${name}/above`, 'Softplus', [above]), least!]);
};

const writeFixedLogStdDevs: WriteLayer = (graph, { name, config }, [x]) => {
  const zero = graph.add(`${name}/zero`, 'Mul', [x!, scalar(graph, `${name}/none`, 0)]);
  const value = scalar(graph, `${name}/value`, Math.log(config['stdDev'] as number));
  const filled = graph.add(`${name}/filled`, 'Add', [zero, value]);
  return graph.add(name, 'Unsqueeze', [filled, graph.constant(`${name}/axis`, [2])]);
};

/** How layers are written, by the names of their classes. */
const WRITERS: Readonly<Record<string, WriteLayer>> = {
  Activation: (graph, { name, config }, [x]) => activated(graph, name, config['activation'], x!),
  Add: (graph, { name }, inputs) => graph.add(name, 'Sum', inputs),
  BatchNormalization: writeBatchNormalization,
  Conv2D: writeConvolution,
  Dense: writeDense,
  Flatten: writeFlatten,
  GlobalAveragePooling2D: writeGlobalAverage,
  Multiply: (graph, { name }, inputs) => graph.add(name, 'Mul', inputs),
  PolyhueBoundedLogStdDevs: writeBoundedLogStdDevs,
  PolyhueComponentMaps: writeComponentMaps,
  PolyhueFixedLogStdDevs: writeFixedLogStdDevs,
  PolyhueGroupNormalization: writeGroupNormalization,
  // Nothing is dropped in inference.
  PolyhueSeededDropout: (_graph, _layer, [x]) => x!,
  PolyhueUpsample: writeUpsample,
  RepeatVector: writeRepeatVector,
  Rescaling: writeRescaling,
  Reshape: writeReshape,
  ZeroPadding2D: writePadding,
};

/** @throws {TypeError} If layers of this class cannot be written. */
export function layerWriter(layer: layers.Layer): WriteLayer {
  const kind = layer.getClassName();
  const writer = Object.hasOwn(WRITERS, kind) ? WRITERS[kind] : undefined;
  if (writer !== undefined) return writer;
  throw new TypeError(`Cannot write the layer "${layer.name}" as ONNX: its class is ${kind}`);
}
