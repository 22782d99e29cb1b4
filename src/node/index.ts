/**
 * Picture files, folders, tar archives, checkpoints in folders and backends, for Node.
 *
 * @module polyhue/node
 */

export { nodeCandidates } from './candidates.js';
export { decodeImage } from './decodeImage.js';
export type { DecodeImageOptions } from './decodeImage.js';
export { encodeImage, OUTPUT_FORMATS } from './encodeImage.js';
export type { EncodeImageOptions, OutputFormat } from './encodeImage.js';
export { fileBytes } from './fileBytes.js';
export type { FileBytes } from './fileBytes.js';
export type { FileImageSource } from './fileImageSource.js';
export { fileSink } from './fileSink.js';
export type { FileSink } from './fileSink.js';
export { folderSource } from './folderSource.js';
export type { DecodeOptions } from './folderSource.js';
export { folderStore } from './folderStore.js';
export { readImageMetadata } from './imageMetadata.js';
export type { ImageMetadata } from './imageMetadata.js';
export { inspectImages, INSPECTION_GROUPS } from './inspectImages.js';
export type {
  ImageInspection,
  InspectedImage,
  InspectImagesOptions,
  InspectionGroup,
} from './inspectImages.js';
export { nodeCapabilities } from './nodeCapabilities.js';
export { nodeWorkers } from './nodeWorkers.js';
export type { NodeWorkersOptions } from './nodeWorkers.js';
export { onnxEngine } from './onnxEngine.js';
export type { OnnxEngine, OnnxEngineOptions } from './onnxEngine.js';
export { ONNX_RUNTIMES } from './onnxRuntime.js';
export type { OnnxRuntimeName } from './onnxRuntime.js';
export { openImageCache } from './openImageCache.js';
export type { ImageCache, ImageCacheOptions } from './openImageCache.js';
export { openImages } from './openImages.js';
export { shardSource } from './shardSource.js';
export { NODE_BACKENDS, startBackend } from './startBackend.js';
export type { NodeBackend, StartBackendOptions } from './startBackend.js';
export { tarSource } from './tarSource.js';
export type { TarSourceOptions } from './tarSource.js';
export { writeFileAtomic } from './writeFileAtomic.js';
