/**
 * What can run here and what is missing: backends, and the kernels that models need of them.
 *
 * @module polyhue/capabilities
 */

export type { BackendReport, TaskReport } from './backendReport.js';
export { capabilities, type Capabilities, type CapabilitiesOptions } from './capabilities.js';
export type { MissingKernel } from './missingKernels.js';
export type { ModelKernels } from './modelKernels.js';
export type { PlatformReport } from './platform.js';
