import { CheckpointError } from '../errors.js';
import type { CheckpointReader } from './checkpointStore.js';
import { MANIFEST_NAME } from './manifest.js';

/** The place where the model lies that comes with the package; says what to do if it is not there. */
export function shippedReader(reader: CheckpointReader, cure: string): CheckpointReader {
  const { location } = reader;
  return {
    location,
    read: async (name, options) => {
      const bytes = await reader.read(name, options);
      if (bytes !== undefined || name !== MANIFEST_NAME) return bytes;
      throw new CheckpointError(
        `Cannot load the model that comes with polyhue as it is not in "${location}": ${cure}`,
      );
    },
  };
}
