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

/** An error as one line for a person. */
export function errorLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}
