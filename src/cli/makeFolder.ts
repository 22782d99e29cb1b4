import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a folder for results, if there is none, and tries whether files can be written to it.
 *
 * @throws {Error} If they cannot, before hours of work are lost to it.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await rmdir(await mkdtemp(join(path, '.polyhue-')));
  } catch (cause) {
    throw new Error(`Cannot write to the folder "${path}": ${(cause as Error).message}`, { cause });
  }
}
