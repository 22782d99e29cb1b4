import type { TensorData } from '../checkpoint/tensorData.js';
import { FormatError } from '../errors.js';
import type { ArrayFile } from './arrayFile.js';
import { gatherStrided, rowMajorStrides } from './elements.js';
import { transposed } from './transposed.js';

/** Weights of ours by name, in the order they are made. */
type Weights = Iterable<readonly [string, TensorData]>;

/** One tensor of a state dict and what becomes of it. */
export interface StateDictEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** The weights of ours that it makes, by name. */
  readonly convert: (tensor: TensorData) => Weights;
}

/** The tensors that a network's state dict must have, and those that may be there and are not needed. */
export interface StateDictTable {
  readonly entries: readonly StateDictEntry[];
  readonly ignored: (name: string) => boolean;
}

/** Indices `from` to `to` of the last axis but one: input channels of kernels `[height, width, inputs, outputs]`. */
function inputChannels({ shape, values }: TensorData, [from, to]: readonly [number, number]): TensorData {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const strides = rowMajorStrides(shape);
  const part = { shape: [height, width, to - from, outputs], strides };
  return { shape: part.shape, values: gatherStrided(values.subarray(from * outputs, (inputs * height * width) * outputs), part) }; // prettier-ignore
}

/** A tensor that is a weight of ours as it is. */
function same(name: string, shape: readonly number[], weight: string): StateDictEntry {
  return { name, shape, convert: (tensor) => [[weight, tensor]] };
}

interface ConvolutionNames {
  /** Name of the layer in the state dict. */
  readonly theirs: string;
  /** Name of the layer here, to which `skip` adds that of the layer for the last `skipChannels` input channels. */
  readonly ours: string;
  readonly skip?: { readonly layer: string; readonly channels: number };
}

/** A convolution `[outputs, inputs, side, side]` with bias: kernels here are `[side, side, inputs, outputs]`. */
export function convolutionEntries(
  { theirs, ours, skip }: ConvolutionNames,
  [outputs, inputs, side]: readonly [number, number, number],
): StateDictEntry[] {
  const convert = (tensor: TensorData): Weights => {
    const kernel = transposed(tensor, [2, 3, 1, 0]);
    if (skip === undefined) return [[`${ours}/kernel`, kernel]];
    const main = inputs - skip.channels;
    return [
      [`${ours}/kernel`, inputChannels(kernel, [0, main])],
      [`${skip.layer}/kernel`, inputChannels(kernel, [main, inputs])],
    ];
  };
  return [
    { name: `${theirs}.weight`, shape: [outputs, inputs, side, side], convert },
    same(`${theirs}.bias`, [outputs], `${ours}/bias`),
  ];
}

/** Scale, shift and running statistics of a batch normalization. */
export function normalizationEntries(theirs: string, ours: string, channels: number): StateDictEntry[] {
  return [
    same(`${theirs}.weight`, [channels], `${ours}/gamma`),
    same(`${theirs}.bias`, [channels], `${ours}/beta`),
    same(`${theirs}.running_mean`, [channels], `${ours}/moving_mean`),
    same(`${theirs}.running_var`, [channels], `${ours}/moving_variance`),
  ];
}

/** Layers here that share the outputs of a dense layer there, in order. */
export interface DenseParts {
  readonly theirs: string;
  readonly ours: readonly (readonly [layer: string, units: number])[];
}

/** The rows `from` to `to` of `[outputs, ...]`. */
function rows({ shape: [, ...rest], values }: TensorData, from: number, to: number): TensorData {
  const size = rest.reduce((product, axis) => product * axis, 1);
  return { shape: [to - from, ...rest], values: values.slice(from * size, to * size) };
}

/**
 * A dense layer of a flattened map `[channels, side, side]`: here maps are flattened as `[side, side, channels]`, kernels
 * are `[inputs, units]`, and each part is a layer of its own.
 */
export function denseEntries(
  { theirs, ours }: DenseParts,
  [channels, side]: readonly [number, number],
): StateDictEntry[] {
  const inputs = channels * side * side;
  const outputs = ours.reduce((sum, [, units]) => sum + units, 0);
  const split = (tensor: TensorData, role: string, convert: (part: TensorData) => TensorData): Weights => {
    let start = 0;
    return ours.map(([layer, units]) => {
      start += units;
      return [`${layer}/${role}`, convert(rows(tensor, start - units, start))] as const;
    });
  };
  const toKernel = ({ shape: [units], values }: TensorData): TensorData => {
    const maps = { shape: [units!, channels, side, side], values };
    return { shape: [inputs, units!], values: transposed(maps, [2, 3, 1, 0]).values };
  };
  return [
    {
      name: `${theirs}.weight`,
      shape: [outputs, inputs],
      convert: (tensor) => split(tensor, 'kernel', toKernel),
    },
    { name: `${theirs}.bias`, shape: [outputs], convert: (tensor) => split(tensor, 'bias', (part) => part) },
  ];
}

/** Most misfits that a message lists; a file made for it has hundreds of thousands. */
const MAX_MISFITS = 1000;

/** What `DataParallel` of PyTorch puts before every name. */
const PARALLEL_PREFIX = 'module.';

/** The arrays of several files by the names that a table has for them. */
function arraysOf(files: readonly ArrayFile[]): Map<string, { file: ArrayFile; inFile: string }> {
  const arrays = new Map<string, { file: ArrayFile; inFile: string }>();
  for (const file of files) {
    const names = [...file.arrays.keys()];
    const parallel = names.every((name) => name.startsWith(PARALLEL_PREFIX));
    for (const inFile of names)
      arrays.set(parallel ? inFile.slice(PARALLEL_PREFIX.length) : inFile, { file, inFile });
  }
  return arrays;
}

/**
 * Makes weights of ours from the state dicts in files, one tensor at a time.
 *
 * @throws {FormatError} If names are missing or unknown, or shapes differ: all are listed, up to a thousand, before any value is read.
 */
export async function convertStateDict(
  files: readonly ArrayFile[],
  { entries, ignored }: StateDictTable,
): Promise<Map<string, TensorData>> {
  const arrays = arraysOf(files);
  const wanted = new Map(entries.map(({ name, shape }) => [name, `[${shape.join(', ')}]`]));
  const given = new Map([...arrays].map(([name, { file, inFile }]) => [name, `[${file.arrays.get(inFile)!.shape.join(', ')}]`])); // prettier-ignore
  const misfits = [...new Set([...wanted.keys(), ...given.keys()])]
    .filter(
      (name) =>
        wanted.get(name) !== given.get(name) && !(given.has(name) && !wanted.has(name) && ignored(name)),
    )
    .map((name) => `"${name}" is ${given.get(name) ?? 'missing'}, not ${wanted.get(name) ?? 'expected'}`);
  const locations = files.map(({ location }) => JSON.stringify(location)).join(', ');
  if (misfits.length > MAX_MISFITS)
    misfits.splice(MAX_MISFITS, Infinity, `and ${misfits.length - MAX_MISFITS} more`);
  if (misfits.length > 0) throw new FormatError(`Cannot import ${locations}: ${misfits.join('; ')}`);
  const weights = new Map<string, TensorData>();
  for (const { name, convert } of entries) {
    const { file, inFile } = arrays.get(name)!;
    const { shape, values } = await file.read(inFile);
    const floats = values instanceof Float32Array ? values : Float32Array.from(values);
    for (const [weight, data] of convert({ shape, values: floats })) weights.set(weight, data);
  }
  return weights;
}
