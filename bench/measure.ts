/** Processor time of this process in milliseconds: what a busy machine does not change. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Median processor time of `run` in milliseconds, after one run that does not count. */
export async function medianMs(run: () => unknown, budgetMs = 300): Promise<number> {
  await run();
  const durations: number[] = [];
  const end = processorMs() + budgetMs;
  while (durations.length < 3 || (processorMs() < end && durations.length < 100)) {
    const start = processorMs();
    await run();
    durations.push(processorMs() - start);
  }
  return durations.sort((a, b) => a - b)[durations.length >> 1]!;
}

/** Prints rows of cells under their headings, right-aligned. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padStart(widths[i]!)).join('  ');
  console.log([headings, ...rows].map(line).join('\n'));
}
