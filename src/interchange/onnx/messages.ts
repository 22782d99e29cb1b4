/**
 * The messages of ONNX that an inference graph needs, with the numbers that `onnx.proto` gives their fields.
 *
 * Eight messages are written and none is read, so that a library for protocol buffers, with code generated for all messages of
 * ONNX, would weigh more than this file and its writer.
 *
 * @see ONNX, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

import type { TensorData } from '../../checkpoint/tensorData.js';
import {
  bytesField,
  type Encoded,
  floatField,
  integerField,
  messageBytes,
  messageField,
  textField,
} from './protobuf.js';

/** Version of the file format: the one that came with opset 13. */
const IR_VERSION = 7;
/** Types of elements. */
const FLOAT = 1;
const INT64 = 7;
/** Types of attributes. */
const ATTRIBUTE = { float: 1, integer: 2, text: 3, integers: 7 } as const;

/** A number with a fraction, in an attribute; plain numbers are integers. */
interface FloatAttribute {
  readonly float: number;
}

/** Value of an attribute of a node. */
export type Attribute = number | string | readonly number[] | FloatAttribute;

function attributeField(name: string, value: Attribute): Encoded {
  const parts = (type: keyof typeof ATTRIBUTE, values: readonly Encoded[]): Encoded =>
    messageField(5, [textField(1, name), ...values, integerField(20, ATTRIBUTE[type])]);
  if (typeof value === 'number') return parts('integer', [integerField(3, value)]);
  if (typeof value === 'string') return parts('text', [textField(4, value)]);
  if ('float' in value) return parts('float', [floatField(2, value.float)]);
  return parts('integers', value.map((entry) => integerField(8, entry))); // prettier-ignore
}

/** One operation of a graph. */
export interface OnnxNode {
  readonly operation: string;
  /** Names of values; the empty text stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A node as a field of its graph; it is named by its output. */
export function nodeField({ operation, inputs, output, attributes = {} }: OnnxNode): Encoded {
  return messageField(1, [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(3, output),
    textField(4, operation),
    ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
  ]);
}

function tensorField(name: string, shape: readonly number[], type: number, values: ArrayBufferView): Encoded {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return messageField(5, [
    ...shape.map((size) => integerField(1, size)),
    integerField(2, type),
    textField(8, name),
    bytesField(9, bytes),
  ]);
}

/** Floats as a constant of a graph. */
export function floatsField(name: string, { shape, values }: TensorData): Encoded {
  return tensorField(name, shape, FLOAT, values);
}

/** Integers, such as a shape, as a constant of a graph. */
export function integersField(name: string, values: readonly number[]): Encoded {
  return tensorField(name, [values.length], INT64, BigInt64Array.from(values, BigInt));
}

/** An input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  /** A text names an axis of any length. */
  readonly shape: readonly (number | string)[];
  /** What it is, for people. */
  readonly description: string;
}

function valueField(field: 11 | 12, { name, shape, description }: OnnxValue): Encoded {
  const axes = shape.map((size) =>
    messageField(1, [typeof size === 'number' ? integerField(1, size) : textField(2, size)]),
  );
  const type = messageField(1, [integerField(1, FLOAT), messageField(2, axes)]);
  return messageField(field, [textField(1, name), messageField(2, [type]), textField(3, description)]);
}

/** A whole graph. */
export interface OnnxGraphParts {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Results of `nodeField`, in an order in which they can be computed. */
  readonly nodes: readonly Encoded[];
  /** Results of `floatsField` and `integersField`. */
  readonly constants: readonly Encoded[];
}

/** The content of a `.onnx` file. */
export function modelBytes(
  { name, inputs, outputs, nodes, constants }: OnnxGraphParts,
  opset: number,
  properties: Readonly<Record<string, string>>,
): Uint8Array {
  const graph = [
    ...nodes,
    textField(2, name),
    ...constants,
    ...inputs.map((value) => valueField(11, value)),
    ...outputs.map((value) => valueField(12, value)),
  ];
  return messageBytes([
    integerField(1, IR_VERSION),
    textField(2, 'polyhue'),
    messageField(7, graph),
    messageField(8, [textField(1, ''), integerField(2, opset)]),
    ...Object.entries(properties).map(([key, value]) =>
      messageField(14, [textField(1, key), textField(2, value)]),
    ),
  ]);
}
