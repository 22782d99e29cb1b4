import { BackendError } from '../errors.js';
import { answerStore, type PageStore } from './answerStore.js';
import type { CallName, Calls, PageCall, PageMessage, SentResult, WorkerMessage } from './messages.js';
import { unpackError } from './packError.js';

/** The page's side of the messages of a worker. */
export interface WorkerPort {
  readonly post: (message: PageMessage, transfer?: Transferable[]) => void;
  /** Ends the thread wherever it is. */
  readonly terminate: () => Promise<void>;
}

/** What a call brings beside its request. */
interface CallOptions<Progress> {
  /** What is moved to the worker instead of copied. */
  readonly transfer?: Transferable[];
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether an aborted call is rejected only when the worker has ended it in good order.
   *
   * @defaultValue `false`
   */
  readonly waitsForEnd?: boolean;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Calls to a worker, each with an answer of its own. */
export interface WorkerCalls {
  readonly call: <Name extends CallName>(
    name: Name,
    request: Calls[Name]['request'],
    options?: CallOptions<Calls[Name]['progress']>,
  ) => Promise<Calls[Name]['answer']>;
  /** Lets the worker drop what it holds, without an answer. */
  readonly release: (held: {
    readonly photos?: readonly number[];
    readonly results?: readonly number[];
  }) => void;
  /** Takes a message of the worker. */
  readonly receive: (message: WorkerMessage) => void;
  /** Rejects all calls, open ones and later ones, and ends the thread. */
  readonly end: (reason: string) => void;
}

/** What the worker holds for an answer: nobody waits for it where the call was given up meanwhile. */
function heldBy(answer: Calls[CallName]['answer']): Parameters<WorkerCalls['release']>[0] {
  if (answer === null) return {};
  if ('held' in answer) return { photos: [answer.held] };
  if (!Array.isArray(answer)) return {};
  return { results: (answer as (SentResult | SentResult[])[]).flat().map(({ id }) => id) };
}

interface OpenCall {
  readonly settle: (outcome: { readonly answer: unknown } | { readonly error: unknown }) => void;
  readonly onProgress: CallOptions<never>['onProgress'];
}

/** Posts a call and keeps it until it is answered or given up. */
async function place(
  port: WorkerPort,
  open: Map<number, OpenCall>,
  message: PageCall<CallName>,
  { transfer = [], signal, waitsForEnd = false, onProgress }: CallOptions<never>,
): Promise<unknown> {
  const { call } = message;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      port.post({ kind: 'abort', call });
      if (!waitsForEnd) open.get(call)?.settle({ error: signal!.reason });
    };
    const settle: OpenCall['settle'] = (outcome) => {
      open.delete(call);
      signal?.removeEventListener('abort', abort);
      if ('error' in outcome) reject(waitsForEnd && signal?.aborted === true ? signal.reason : outcome.error);
      else resolve(outcome.answer);
    };
    // Before anything is kept: what cannot be posted is thrown here.
    port.post(message as PageMessage, transfer);
    open.set(call, { settle, onProgress });
    signal?.addEventListener('abort', abort);
  });
}

/** Pairs answers of a worker with calls; the worker reads its checkpoint from `store`, and writes it there. */
export function workerCalls(
  port: WorkerPort,
  store: PageStore | null,
  loadSignal: AbortSignal | undefined,
): WorkerCalls {
  const open = new Map<number, OpenCall>();
  let calls = 0;
  let ended: string | null = null;

  const call: WorkerCalls['call'] = async (name, request, options = {}) => {
    options.signal?.throwIfAborted();
    if (ended !== null) throw new BackendError(`Cannot ask the worker for anything as ${ended}`);
    const message = { kind: 'call', call: calls++, name, request } as const;
    return (await place(port, open, message, options)) as Calls[typeof name]['answer'];
  };
  const release: WorkerCalls['release'] = ({ photos = [], results = [] }) => {
    if (ended === null) port.post({ kind: 'release', photos, results });
  };
  return {
    call,
    release,
    receive: (message) => {
      if (message.kind === 'read' || message.kind === 'write') {
        if (store !== null) void answerStore(port, store, message, loadSignal);
        return;
      }
      const waiting = open.get(message.call);
      if (waiting === undefined && message.kind === 'answer') release(heldBy(message.answer));
      if (message.kind === 'progress') waiting?.onProgress?.(message.progress as never);
      if (message.kind === 'answer') waiting?.settle({ answer: message.answer });
      if (message.kind === 'failure') waiting?.settle({ error: unpackError(message.error) });
    },
    end: (reason) => {
      ended ??= reason;
      void port.terminate();
      const error = new BackendError(`Cannot go on in the worker as ${reason}`);
      for (const { settle } of open.values()) settle({ error });
    },
  };
}
