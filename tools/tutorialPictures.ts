/**
 * Runs the programs of docs/tutorials on the sample photos, each as a reader would, and keeps the pictures they write:
 *
 *     npx tsx tools/tutorialPictures.ts [PAGE…]        about two minutes; what they print goes to out/tutorials/PAGE.txt
 */
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { docBlocks, programsOf, ROOT } from '../test/node/docBlocks.js';
import { runProgram } from '../test/node/runProgram.js';

const FOLDER = join(ROOT, 'out/tutorials');
const IMAGES = join(ROOT, 'docs/tutorials/images');

async function prepare(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await mkdir(IMAGES, { recursive: true });
  await rm(join(FOLDER, 'photos'), { force: true });
  await symlink(join(ROOT, 'examples/photos'), join(FOLDER, 'photos'));
}

async function main(names: readonly string[]): Promise<void> {
  await prepare();
  const tutorials = programsOf(await docBlocks()).filter(({ page }) => page.startsWith('docs/tutorials/'));
  const starter = join(FOLDER, 'start.ts');
  await writeFile(starter, 'process.chdir(process.argv[2]!);\nawait import(process.argv[3]!);\n');
  for (const { page, code } of tutorials) {
    const name = basename(page, '.md');
    if (names.length > 0 && !names.includes(name)) continue;
    const program = join(FOLDER, `${name}.ts`);
    await writeFile(program, code);
    const environment = { TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') };
    const { stdout } = await runProgram(
      pathToFileURL(starter),
      [FOLDER, pathToFileURL(program).href],
      environment,
    );
    await writeFile(join(FOLDER, `${name}.txt`), stdout);
    process.stdout.write(`${name}\n${stdout}`);
  }
  for (const file of await readdir(FOLDER))
    if (file.endsWith('.jpg')) await copyFile(join(FOLDER, file), join(IMAGES, file));
}

await main(process.argv.slice(2));
