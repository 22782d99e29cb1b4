import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { runCommand } from '../../src/cli/runCommand.js';
import { encodePng } from '../../src/data/png.js';
import { disposeColorizerModels, saveColorizerModels } from '../../src/models/colorizerModels.js';
import { folderStore } from '../../src/node/folderStore.js';
import { colorfulModels } from '../support/tinyModels.js';
import { COLORS, grainy } from '../training/smallPictures.js';

/** A stream that keeps what is written to it. */
function recorder(onText: (all: string) => void = () => {}) {
  let all = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      all += String(chunk);
      onText(all);
      done();
    },
  });
  return { stream, text: () => all };
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line in this process.
 *
 * @param stopWhen Stops the command, like Ctrl-C, as soon as this is on standard output.
 */
export async function polyhue(args: readonly string[], stopWhen?: string): Promise<CommandResult> {
  const controller = new AbortController();
  const [stdout, stderr] = [
    recorder((all) => {
      if (stopWhen !== undefined && all.includes(stopWhen)) controller.abort();
    }),
    recorder(),
  ];
  const terminal = { stdout: stdout.stream, stderr: stderr.stream, signal: controller.signal };
  const code = await runCommand(args, terminal);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** The objects of JSON Lines; throws where anything else is among them. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A folder of `count` small pictures in color, as PNG files. */
export async function pictureFolder(folder: string, count = 5): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const png = await encodePng(grainy(20 + i, COLORS[i % COLORS.length]!, i));
    await writeFile(join(folder, `${i}.png`), png);
  }
  return folder;
}

/** A folder with a model that was never trained. */
export async function modelFolder(folder: string): Promise<string> {
  const models = colorfulModels(0);
  await saveColorizerModels(folderStore(folder), models);
  disposeColorizerModels(models);
  return folder;
}

/** Names of the weight files of a model and hashes of their content. */
export async function weightFiles(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('weights-')).toSorted();
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  return new Map(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)));
}
