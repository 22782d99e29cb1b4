import { env } from 'node:process';

import { type ArchiveQueue, openArchiveQueue } from '../../queue/archiveQueue.js';
import { fileStorage } from '../../queue/storage/fileStorage.js';
import { httpStorage } from '../../queue/storage/httpStorage.js';
import { openS3Storage } from '../../queue/storage/s3Storage.js';
import type { PhotoStorage } from '../../queue/storage/storage.js';
import { type ParsedArguments, place } from '../arguments.js';
import type { Terminal } from '../terminal.js';

const DEFAULT_REDIS = 'redis://127.0.0.1:6379';

/** Options of all commands that use a queue. */
export const QUEUE_OPTIONS = {
  redis: { value: 'URL', description: `the Redis server (default: POLYHUE_REDIS, or ${DEFAULT_REDIS})` },
  queue: { value: 'NAME', description: 'name of the queue, one for each archive (default: archive)' },
} as const;

/** Options of the commands that open storages. */
export const STORAGE_OPTIONS = {
  's3-endpoint': { value: 'URL', description: 'a server that speaks S3 (default: that of AWS)' },
  's3-region': { value: 'NAME', description: 'region of the buckets (default: as the AWS tools are set up)' },
} as const;

export const HELP_OPTION = { short: 'h', description: 'show this help' } as const;

/** Opens the queue that the options name for `body`, and closes it. */
export async function withQueue<T>(
  args: ParsedArguments,
  { stderr }: Terminal,
  body: (queue: ArchiveQueue) => Promise<T>,
): Promise<T> {
  const name = place(args, 'queue');
  const queue = await openArchiveQueue({
    redis: place(args, 'redis') ?? env['POLYHUE_REDIS'] ?? DEFAULT_REDIS,
    ...(name !== undefined && { name }),
    onNotice: (message) => stderr.write(`${message}\n`),
  });
  try {
    return await body(queue);
  } finally {
    await queue.close();
  }
}

/** Opens a folder, an `s3://` bucket or a folder on the web. */
export async function openStorage(
  location: string,
  args: ParsedArguments,
  allowPrivate = false,
): Promise<PhotoStorage> {
  if (/^https?:\/\//i.test(location)) return httpStorage({ base: location, allowPrivate });
  if (!/^s3:\/\//i.test(location)) return fileStorage(location);
  const [endpoint, region] = [place(args, 's3-endpoint'), place(args, 's3-region')];
  return openS3Storage(location, {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
  });
}
