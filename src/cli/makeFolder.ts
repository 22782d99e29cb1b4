import { mkdir } from 'node:fs/promises';

/** Makes a folder for results, if there is none. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new Error(`Cannot write to the folder "${path}": ${(cause as Error).message}`, { cause });
  }
}
