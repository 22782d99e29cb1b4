import type * as s3 from '@aws-sdk/client-s3';

import { QueueError } from '../../errors.js';
import { isPictureName } from '../../node/pictureNames.js';
import { pathBelow } from '../taskOf.js';
import { readLimited } from './readLimited.js';
import type { NewFile, PhotoStorage, ResultLog, StorageBatch, StorageReadOptions } from './storage.js';

/** Answers that every other request would get as well. */
const REFUSALS = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'NoSuchBucket',
  'SignatureDoesNotMatch',
]);
const MISSING = new Set(['NoSuchKey', 'NotFound']);
const CHECK_NAME = '.polyhue-check';

export interface S3StorageOptions {
  /**
   * Address of a server that speaks S3, such as MinIO or Ceph.
   *
   * @defaultValue that of AWS, or `AWS_ENDPOINT_URL`
   */
  readonly endpoint?: string;
  /**
   * @defaultValue that of the AWS configuration
   */
  readonly region?: string;
}

interface Bucket {
  readonly s3: typeof s3;
  readonly client: s3.S3Client;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly location: string;
}

function bucketOf(location: string): Pick<Bucket, 'bucket' | 'prefix' | 'location'> {
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(location);
  if (parts === null)
    throw new QueueError(`Cannot open "${location}" as it is not of the form s3://BUCKET/PREFIX`);
  const prefix = (parts[2] ?? '').replace(/\/+$/, '');
  return { bucket: parts[1]!, prefix: prefix === '' ? '' : `${prefix}/`, location };
}

/** An error as the queue takes it: one of the set-up stops the worker, others may pass. */
function storageError({ location }: Bucket, error: unknown): unknown {
  const { name, message } = error as Error;
  if (!REFUSALS.has(name)) return error;
  return new QueueError(`Cannot use "${location}": ${name}, ${message}`, { cause: error });
}

async function get(
  place: Bucket,
  name: string,
  { maxBytes, signal }: StorageReadOptions,
): Promise<Uint8Array | undefined> {
  const { s3, client, bucket, prefix } = place;
  const command = new s3.GetObjectCommand({ Bucket: bucket, Key: prefix + pathBelow('path', name) });
  try {
    const { Body } = await client.send(command, signal && { abortSignal: signal });
    return await readLimited(Body as unknown as AsyncIterable<Uint8Array>, name, maxBytes);
  } catch (error) {
    if (MISSING.has((error as Error).name)) return undefined;
    throw storageError(place, error);
  }
}

async function put(place: Bucket, { name, content }: NewFile): Promise<void> {
  const { s3, client, bucket, prefix } = place;
  const Key = prefix + pathBelow('name', name);
  const Body = typeof content === 'string' ? Buffer.from(content) : content;
  try {
    await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key, Body }));
  } catch (error) {
    throw storageError(place, error);
  }
}

async function* pictures(place: Bucket): AsyncGenerator<string> {
  const { s3, client, bucket, prefix } = place;
  try {
    for await (const { Contents = [] } of s3.paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    )) {
      const names = Contents.map(({ Key = '' }) => Key.slice(prefix.length));
      yield* names.filter(isPictureName);
    }
  } catch (error) {
    throw storageError(place, error);
  }
}

async function check(place: Bucket, access: 'read' | 'write'): Promise<void> {
  const { s3, client, bucket, prefix, location } = place;
  try {
    if (access === 'read') {
      await client.send(new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }));
      return;
    }
    await put(place, { name: CHECK_NAME, content: '' });
    await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: prefix + CHECK_NAME }));
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    throw new QueueError(`Cannot use "${location}": ${(cause as Error).message}`, { cause });
  }
}

/** An object appears whole or not at all, so files only have to be sent in their order. */
function bucketBatch(place: Bucket): StorageBatch {
  let files: NewFile[] = [];
  return {
    add: async (file) => {
      files.push(file);
      return Promise.resolve();
    },
    commit: async () => {
      for (const file of files) await put(place, file);
    },
    discard: async () => {
      files = [];
      return Promise.resolve();
    },
  };
}

/** Objects cannot be appended to: each line is one, named by the photo, so that a second writing changes nothing. */
function bucketLog(place: Bucket): ResultLog {
  const nameOf = (id: string): string => `manifest/${id.slice(0, 2)}/${id}.json`;
  return {
    has: async (id) => (await get(place, nameOf(id), { maxBytes: Infinity })) !== undefined,
    append: async (id, line) => put(place, { name: nameOf(id), content: `${line}\n` }),
  };
}

/**
 * Photos or results in a bucket of S3 or a server that speaks it, through `@aws-sdk/client-s3`, an optional dependency that
 * is loaded on first use. Credentials come from where the AWS tools take them: environment, files, role of the machine.
 *
 * @param location `s3://BUCKET/PREFIX`.
 * @throws {QueueError} If the location has another form or the package is missing.
 */
export async function openS3Storage(location: string, options: S3StorageOptions = {}): Promise<PhotoStorage> {
  const { endpoint, region } = options;
  const parts = bucketOf(location);
  const s3 = await import('@aws-sdk/client-s3').catch((cause: unknown) => {
    const advice = 'run "npm install @aws-sdk/client-s3"';
    throw new QueueError(
      `Cannot open "${location}" as the package "@aws-sdk/client-s3" does not load: ${advice}`,
      {
        cause,
      },
    );
  });
  const client = new s3.S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
  const place = { ...parts, s3, client };
  return {
    location,
    check: async (access) => check(place, access),
    list: () => pictures(place),
    read: async (name, readOptions) => get(place, name, readOptions),
    begin: () => bucketBatch(place),
    openLog: () => bucketLog(place),
  };
}
