/** Processor time of this process in milliseconds: what a busy machine changes least. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What one run takes. */
export interface Times {
  /** Time on the clock. */
  readonly wallMs: number;
  /** Time of all threads of the process. */
  readonly processorMs: number;
}

/** Runs `run` once. */
export async function timesOf(run: () => unknown): Promise<Times> {
  const [wall, processor] = [performance.now(), processorMs()];
  await run();
  return { wallMs: performance.now() - wall, processorMs: processorMs() - processor };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** The median of each of the two times. */
export function medianOf(times: readonly Times[]): Times {
  return {
    wallMs: median(times.map(({ wallMs }) => wallMs)),
    processorMs: median(times.map(({ processorMs }) => processorMs)),
  };
}

/** Median times of `run`, after one run that does not count; at least three, and more for `budgetMs` of processor time. */
export async function medianTimes(run: () => unknown, budgetMs = 300): Promise<Times> {
  await run();
  const times: Times[] = [];
  const end = processorMs() + budgetMs;
  while (times.length < 3 || (processorMs() < end && times.length < 100)) times.push(await timesOf(run));
  return medianOf(times);
}

/** Median processor time of `run` in milliseconds. */
export async function medianMs(run: () => unknown, budgetMs = 300): Promise<number> {
  return (await medianTimes(run, budgetMs)).processorMs;
}

/** Prints rows of cells under their headings, right-aligned. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padStart(widths[i]!)).join('  ');
  console.log([headings, ...rows].map(line).join('\n'));
}
