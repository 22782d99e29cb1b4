/** Lets other work in between the steps of a training run, and holds the run while it is paused. */
export interface StepGate {
  /** Runs `job` at once where nothing is trained, else after the step under way. Jobs do not reject. */
  readonly between: (job: () => Promise<void>) => Promise<void>;
  /** Trains: jobs wait for steps to end from now on, until `body` is done. */
  readonly run: <T>(signal: AbortSignal, body: () => Promise<T>) => Promise<T>;
  /** To be awaited after each step. It lasts for as long as the run is paused and not aborted. */
  readonly stepDone: () => Promise<void>;
  readonly setPaused: (paused: boolean) => void;
}

export function stepGate(): StepGate {
  const jobs: (() => Promise<void>)[] = [];
  let running: AbortSignal | null = null;
  let paused = false;
  let wake: () => void = () => {};

  const doJobs = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
  };
  const woken = async (): Promise<void> => new Promise((resolve) => void (wake = resolve));
  const isHeld = (): boolean => paused && running?.aborted === false;
  return {
    between: async (job) => {
      if (running === null) return job();
      return new Promise((resolve) => {
        jobs.push(async () => job().then(resolve));
        wake();
      });
    },
    run: async (signal, body) => {
      running = signal;
      signal.addEventListener('abort', () => wake());
      try {
        return await body();
      } finally {
        running = null;
        await doJobs();
      }
    },
    stepDone: async () => {
      await doJobs();
      while (isHeld()) {
        await woken();
        await doJobs();
      }
    },
    setPaused: (now) => {
      paused = now;
    },
  };
}
