#!/usr/bin/env node
import { enableProdMode } from '@tensorflow/tfjs-core';

import { runCommand } from './runCommand.js';
import { EXIT } from './terminal.js';

const stopping = new AbortController();

// The first Ctrl-C lets the step or file under way finish; the second ends the program at once.
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());

enableProdMode();
const { stdout, stderr } = process;
// A full disk, or a reader that has gone: without this, Node would end the program in the middle of its work.
stdout.once('error', (error) => {
  stderr.write(`Cannot write to standard output: ${error.message}\n`);
  process.exitCode = EXIT.someFailed;
  stdout.on('error', () => {});
  stopping.abort();
});
stderr.on('error', () => {});

const code = await runCommand(process.argv.slice(2), { stdout, stderr, signal: stopping.signal });
process.exitCode ??= code;
