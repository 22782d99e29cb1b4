import { describe, expect, it } from 'vitest';

import { stepGate } from '../../src/worker/stepGate.js';

const soon = async (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

/** A run of steps that a test ends one by one, and what happened in which order. */
function steppedRun() {
  const [gate, log, controller] = [stepGate(), [] as string[], new AbortController()];
  let endStep: () => void = () => {};
  let ended = false;
  const isOver = (): boolean => ended || controller.signal.aborted;
  const body = async (): Promise<void> => {
    while (!isOver()) {
      await new Promise<void>((resolve) => void (endStep = resolve));
      log.push('step');
      await gate.stepDone();
    }
    log.push('end');
  };
  const run = gate.run(controller.signal, body);
  const job = (name: string) => async (): Promise<void> => {
    await soon();
    log.push(name);
  };
  const step = async (last = false): Promise<void> => {
    ended = last;
    endStep();
    await soon();
    await soon();
  };
  return { gate, log, controller, run, job, step };
}

describe('stepGate()', () => {
  it('runs jobs at once where nothing is trained', async () => {
    const log: string[] = [];
    await stepGate().between(async () => void log.push('job'));
    expect(log).toEqual(['job']);
  });

  it('runs jobs after the step under way, in order, and those that are left after the run', async () => {
    const { gate, log, run, job, step } = steppedRun();
    const jobs = [gate.between(job('a')), gate.between(job('b'))];
    await soon();
    expect(log).toEqual([]);
    await step();
    await Promise.all(jobs);
    await soon();
    expect(log).toEqual(['step', 'a', 'b']);
    await step(true);
    await run;
    await gate.between(job('c'));
    expect(log).toEqual(['step', 'a', 'b', 'step', 'end', 'c']);
  });

  it('holds the run while it is paused and goes on with jobs meanwhile', async () => {
    const { gate, log, run, job, step } = steppedRun();
    const paused = gate.between(async () => gate.setPaused(true));
    await step();
    await paused;
    await gate.between(job('a'));
    await step(); // Nobody waits for its end: the run is held.
    expect(log).toEqual(['step', 'a']);
    await gate.between(async () => gate.setPaused(false));
    await soon();
    await step(true);
    await run;
    expect(log).toEqual(['step', 'a', 'step', 'end']);
  });

  it('lets a paused run that is aborted end', async () => {
    const { gate, log, controller, run, step } = steppedRun();
    const paused = gate.between(async () => gate.setPaused(true));
    await step();
    await paused;
    controller.abort();
    await run;
    expect(log).toEqual(['step', 'end']);
  });
});
