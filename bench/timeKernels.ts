import * as tf from '@tensorflow/tfjs-core';

import { printTable, processorMs } from './measure.js';

/** What one reading of the clock costs. */
function clockMs(): number {
  const start = processorMs();
  for (let i = 0; i < 200; i++) processorMs();
  return (processorMs() - start) / 200;
}

/** Wraps every kernel of the backend, so that it adds up the time it spends itself, without the kernels it calls. */
function timeKernels(): Map<string, { count: number; ms: number }> {
  const times = new Map<string, { count: number; ms: number }>();
  const clock = clockMs();
  let nestedMs = 0;
  for (const config of tf.getKernelsForBackend(tf.getBackend())) {
    const entry = { count: 0, ms: 0 };
    times.set(config.kernelName, entry);
    tf.unregisterKernel(config.kernelName, config.backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (call) => {
        const [start, outer] = [processorMs(), nestedMs];
        nestedMs = 0;
        const result = config.kernelFunc(call);
        const total = processorMs() - start - clock;
        entry.count += 1;
        entry.ms += total - nestedMs;
        nestedMs = outer + total + 2 * clock;
        return result;
      },
    });
  }
  return times;
}

/**
 * Runs a step a few times and prints where its time goes, kernel by kernel. Kernels stay wrapped: nothing can be timed
 * afterwards.
 */
export async function printKernelTimes(step: () => Promise<void>, steps = 5): Promise<void> {
  await step();
  const times = timeKernels();
  const start = processorMs();
  for (let i = 0; i < steps; i++) await step();
  const whole = (processorMs() - start) / steps;
  const used = [...times].filter(([, { count }]) => count > 0).sort((a, b) => b[1].ms - a[1].ms);
  const inKernels = used.reduce((total, [, { ms }]) => total + ms, 0) / steps;
  const rows = used.slice(0, 25).map(([name, { count, ms }]) => {
    const perStep = ms / steps;
    return [name, String(count / steps), perStep.toFixed(2), `${((100 * perStep) / whole).toFixed(1)}%`];
  });
  printTable(['kernel', 'calls', 'ms', 'share'], rows);
  console.log(`in kernels ${inKernels.toFixed(1)} ms, outside of them ${(whole - inKernels).toFixed(1)} ms`);
}
