import { ImageError } from '../errors.js';

/** The package that reads and writes pictures, an optional dependency. */
export async function loadSharp(action: string) {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const message = `Cannot ${action} as the package "sharp" does not load: run "npm install sharp"`;
    throw new ImageError(message, { cause });
  }
}
