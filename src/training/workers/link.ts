import { TrainingError } from '../../errors.js';

/** What becomes of the messages of a thread. */
export interface ThreadHandlers<Reply> {
  readonly onMessage: (reply: Reply) => void;
  /** The thread is gone; called once at most. */
  readonly onDeath: (reason: string) => void;
}

/** A running thread. */
export interface Thread<Request> {
  readonly post: (request: Request) => void;
  /** Ends it wherever it is. */
  readonly terminate: () => Promise<void>;
}

/** Starts a thread. */
export type ThreadLauncher<Request, Reply> = (handlers: ThreadHandlers<Reply>) => Thread<Request>;

/** A thread that is asked and answers. */
export interface ThreadLink<Request, Reply> {
  /** Sends a request; answers come in the order of the requests. */
  readonly ask: (request: Request) => Promise<Reply>;
  /** Sends what has no answer. */
  readonly tell: (request: Request) => void;
  /** Ends the thread; open requests are rejected. */
  readonly close: () => Promise<void>;
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts a thread and pairs its answers with requests.
 *
 * @param deathOf Makes the error that every request to a thread which is gone is rejected with.
 */
export function threadLink<Request, Reply>(
  launch: ThreadLauncher<Request, Reply>,
  deathOf: (reason: string) => Error = (reason) => new TrainingError(reason),
): ThreadLink<Request, Reply> {
  const waiting: Waiting<Reply>[] = [];
  let death: Error | null = null;
  const die = (error: Error): void => {
    death ??= error;
    for (const { reject } of waiting.splice(0)) reject(death);
  };
  const thread = launch({
    onMessage: (reply) => waiting.shift()?.resolve(reply),
    onDeath: (reason) => die(deathOf(reason)),
  });
  return {
    ask: async (request) =>
      new Promise((resolve, reject) => {
        if (death !== null) return reject(death);
        waiting.push({ resolve, reject });
        thread.post(request);
      }),
    tell: (request) => thread.post(request),
    close: async () => {
      die(deathOf('it was ended'));
      await thread.terminate();
    },
  };
}
