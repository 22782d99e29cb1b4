#!/usr/bin/env node
import { enableProdMode } from '@tensorflow/tfjs-core';

import { runCommand } from './runCommand.js';

const stopping = new AbortController();

// The first Ctrl-C lets the step or file under way finish; the second ends the program at once.
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());

enableProdMode();
const { stdout, stderr } = process;
process.exitCode = await runCommand(process.argv.slice(2), { stdout, stderr, signal: stopping.signal });
