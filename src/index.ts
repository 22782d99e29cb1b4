export { BackendError, CheckpointError, ImageError, ShapeError, TrainingError } from './errors.js';
export {
  deriveSeed,
  randomGenerator,
  randomNormal,
  randomUniform,
  seedSequence,
  shuffledIndices,
} from './random.js';
export type { RandomGenerator, SeedSequence } from './random.js';
