/** Where a command writes, and what stops it. */
export interface Terminal {
  /** Results, for people or for programs. */
  readonly stdout: NodeJS.WritableStream;
  /** Progress, warnings and errors. */
  readonly stderr: NodeJS.WritableStream;
  /** Aborted when the person asks the program to stop. */
  readonly signal: AbortSignal;
}

/** What the program ends with. */
export const EXIT = { done: 0, someFailed: 1, usage: 2, stopped: 130 } as const;

/** Writes one JSON object as one line. */
export function writeJsonLine(stream: NodeJS.WritableStream, value: unknown): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

/** `text` without line breaks and what a terminal would obey: names of files and messages about them may hold both. */
export function plainLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\p{Cc}/gu, '\uFFFD');
}

/** An error as one line for a person. */
export function errorLine(error: unknown): string {
  return plainLine(error instanceof Error ? error.message : String(error));
}
