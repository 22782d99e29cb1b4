/**
 * The speeds that matter to users, in tables and as JSON.
 *
 *     npm run bench                           every part, about eight minutes
 *     npm run bench -- colorize lab           some of: lab, colorize, engines, trainStep, startup, scaling
 *     npm run bench -- --json FILE            where to write the JSON (default: out/bench/DATE.json)
 *     npm run bench -- trainStep --slow       also the networks on the cpu backend, an hour more
 *
 * See docs/benchmarks.md for what the figures mean.
 */
import '@tensorflow/tfjs-backend-cpu';

import { parseArgs } from 'node:util';

import * as tf from '@tensorflow/tfjs-core';

import { colorizeTables } from './colorize.js';
import { engineTables } from './engines.js';
import { labTables } from './lab.js';
import { printReport, type Table, writeReport } from './report.js';
import { scalingTables } from './scaling.js';
import { startupTables } from './startup.js';
import { trainStepTables } from './trainStep.js';

const PARTS: Readonly<Record<string, (slow: boolean) => Promise<Table[]>>> = {
  lab: labTables,
  colorize: colorizeTables,
  engines: engineTables,
  trainStep: trainStepTables,
  startup: startupTables,
  scaling: scalingTables,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { slow: { type: 'boolean', default: false }, json: { type: 'string' } },
  });
  const unknown = positionals.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`Cannot run "${unknown}" as the parts are ${Object.keys(PARTS).join(', ')}`);
  }
  const path = values.json ?? `out/bench/${new Date().toISOString().replaceAll(':', '-')}.json`;
  const tables: Table[] = [];
  for (const [name, run] of Object.entries(PARTS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const found = await run(values.slow);
    found.forEach(printReport);
    tables.push(...found);
    await writeReport(path, tables); // what was measured stays, also if the run is cut short
  }
  console.log(`\nWritten to ${path}`);
}

tf.enableProdMode();
await main();
