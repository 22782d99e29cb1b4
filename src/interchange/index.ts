/**
 * Weights and arrays of other programs: reads safetensors, PyTorch and NumPy files as data, writes safetensors, ONNX and the layers
 * format of TensorFlow.js, on every platform.
 *
 * @module polyhue/interchange
 */

export { FormatError } from '../errors.js';
export type { TensorData } from '../checkpoint/tensorData.js';
export { ARRAY_FORMATS } from './arrayFile.js';
export type { ArrayFile, ArrayFormat, ArrayInfo, OpenArraysOptions } from './arrayFile.js';
export { memoryBytes } from './byteSource.js';
export type { ByteSource } from './byteSource.js';
export type { ElementType } from './elements.js';
export { exportLayersModels } from './exportLayersModels.js';
export { exportOnnx, ONNX_OPSETS } from './exportOnnx.js';
export type { ExportOnnxOptions } from './exportOnnx.js';
export { importColorComponents } from './importColorComponents.js';
export type {
  ImportColorComponentsOptions,
  ImportedComponents,
  PlanarComponents,
} from './importColorComponents.js';
export { importColorizer } from './importColorizer.js';
export type { ImportColorizerOptions } from './importColorizer.js';
export type { Checkpoint } from '../checkpoint/saveCheckpoint.js';
export type { ColorizerConfigs } from '../models/colorizerModels.js';
export type { ColorizerModels } from '../models/colorizerModels.js';
export { importFeatures } from './importFeatures.js';
export type { ImportFeaturesOptions } from './importFeatures.js';
export type { FeatureBlock } from '../models/zhangFeatures.js';
export { openArrays, readArrays } from './openArrays.js';
export { checkpointToSafetensors, safetensorsToCheckpoint } from './safetensorsCheckpoint.js';
export { writeSafetensors } from './writeSafetensors.js';
