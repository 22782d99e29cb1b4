import type { TensorData } from '../../checkpoint/tensorData.js';
import { type Attribute, floatsField, integersField, nodeField, type OnnxNode } from './messages.js';
import type { Encoded } from './protobuf.js';

/** A graph under construction. Maps `[batch, height, width, channels]` are `[batch, channels, height, width]` in it. */
export interface OnnxGraph {
  readonly nodes: readonly Encoded[];
  readonly constants: readonly Encoded[];
  /** Adds an operation; returns its output, `name`. */
  readonly add: (
    name: string,
    operation: string,
    inputs: OnnxNode['inputs'],
    attributes?: Readonly<Record<string, Attribute>>,
  ) => string;
  /** Adds weights, or integers such as a shape; returns their name. */
  readonly constant: (name: string, values: TensorData | readonly number[]) => string;
}

/** A graph with nothing in it. */
export function onnxGraph(): OnnxGraph {
  const nodes: Encoded[] = [];
  const constants: Encoded[] = [];
  return {
    nodes,
    constants,
    add: (output, operation, inputs, attributes = {}) => {
      nodes.push(nodeField({ operation, inputs, output, attributes }));
      return output;
    },
    constant: (name, values) => {
      constants.push('values' in values && 'shape' in values ? floatsField(name, values) : integersField(name, values)); // prettier-ignore
      return name;
    },
  };
}
