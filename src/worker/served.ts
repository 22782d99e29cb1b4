import type { StartedBackend } from '../backends/pickBackend.js';
import type { BackendTask } from '../backends/selfCheck.js';
import { TrainingError } from '../errors.js';
import type { Colorizer } from '../inference/colorizer.js';
import type { BackendRequest, CallName, Calls, WorkerMessage } from './messages.js';
import type { PageFiles } from './pageFiles.js';
import type { StepGate } from './stepGate.js';

/** The thread's side of its messages. */
export interface ServedPort {
  readonly post: (message: WorkerMessage, transfer?: Transferable[]) => void;
  readonly startBackend: (request: BackendRequest, task: BackendTask) => Promise<StartedBackend>;
}

/** How an answer is worked out. */
export interface Work<Progress> {
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
}

export type Handlers = {
  readonly [Name in CallName]: (
    request: Calls[Name]['request'],
    work: Work<Calls[Name]['progress']>,
  ) => Promise<Calls[Name]['answer']>;
};

/** The colorizer of a thread: one that was loaded, or that of the networks being trained. */
export interface ColorizerPlace {
  colorizer: Colorizer | null;
}

/** @throws {TrainingError} If there is no colorizer, as the training has not begun or did not end well. */
export function colorizerOf({ colorizer }: ColorizerPlace): Colorizer {
  if (colorizer !== null) return colorizer;
  throw new TrainingError('Cannot use the networks as the training has not begun, or was stopped, or failed');
}

/** What handlers of a thread share. */
export interface Served extends Pick<ServedPort, 'startBackend'> {
  readonly place: ColorizerPlace;
  readonly gate: StepGate;
  readonly pageStore: PageFiles['store'];
}
