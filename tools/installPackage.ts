/**
 * Packs the package as npm would publish it, installs the archive in an empty project and uses it there: by import, by require,
 * on the command line and through a Vite build. Run `npm run build` first.
 *
 *     npm run package:install                   dependencies are taken from node_modules of this folder: no network
 *     npm run package:install -- --registry     npm installs the archive and its dependencies, and webpack, for a build with that
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { extract } from 'tar';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PEERS = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
const FROM_REGISTRY = process.argv.includes('--registry');
const run = promisify(execFile);

interface PackageJson {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** Colors a picture of 8 x 8 pixels with a tiny model that was never trained, and prints what the results are. */
const USE = `
  await startBackend('wasm');
  const painter = colorizer(colorizerModels({ preset: 'tiny', seed: 0 }));
  const photo = { width: 8, height: 8, data: Uint8Array.from({ length: 192 }, (_, i) => i) };
  const [result] = await painter.colorize(photo, { count: 1 });
  const png = await decodeImage(await result.toPng());
  painter.dispose();
  const error = ciede2000([50, 0, 0], [50, 0, 0]);
  console.log(JSON.stringify({ size: [png.width, png.height], error, open: typeof openArrays, report: typeof capabilities, model: typeof defaultCheckpoint }));
`;
const NAMES = {
  polyhue: 'colorizer, colorizerModels',
  'polyhue/node': 'decodeImage, startBackend',
  'polyhue/metrics': 'ciede2000',
  'polyhue/interchange': 'openArrays',
  'polyhue/capabilities': 'capabilities',
  'polyhue/model': 'defaultCheckpoint',
};
const EXPECTED = '{"size":[8,8],"error":0,"open":"function","report":"function","model":"function"}';
const IMPORTS = Object.entries(NAMES).map(([path, names]) => `import { ${names} } from '${path}';`);
const REQUIRES = Object.entries(NAMES).map(([path, names]) => `const { ${names} } = require('${path}');`);

const PAGE = '<!doctype html><script type="module" src="./main.js"></script>';
const PAGE_SCRIPT = `
  import { httpStore } from 'polyhue';
  import { defaultCheckpoint } from 'polyhue/model';
  import { loadWorkerColorizer } from 'polyhue/worker';
  globalThis.colorizer = loadWorkerColorizer(defaultCheckpoint());
  globalThis.other = loadWorkerColorizer(httpStore('/model/'));
`;

/** Prints the kinds of files that webpack makes of the page without a configuration, and its errors. */
const WEBPACK = `
  const { extname } = require('node:path');
  require('webpack')({ mode: 'production', context: __dirname, entry: './main.js', output: { path: __dirname + '/packed' } }, (error, stats) => {
    if (error) throw error;
    const { assets, errors } = stats.toJson({ all: false, assets: true, errors: true });
    const kinds = [...new Set(assets.map(({ name }) => extname(name)))].sort();
    console.log(JSON.stringify({ kinds, errors: errors.map(({ message }) => message) }));
  });
`;
const WEBPACKED = '{"kinds":[".bin",".js",".json",".wasm"],"errors":[]}';

async function pack(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
    shell: process.platform === 'win32',
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, filename);
}

/** Lays the archive and links to what it declares, and to nothing else, in `node_modules`. */
async function layOut(project: string, archive: string, { dependencies, optionalDependencies }: PackageJson) {
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, 'polyhue'), { recursive: true });
  await extract({ file: archive, cwd: join(modules, 'polyhue'), strip: 1 });
  for (const name of [...PEERS, ...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  }
}

async function install(project: string, archive: string, manifest: PackageJson): Promise<void> {
  if (!FROM_REGISTRY) return layOut(project, archive, manifest);
  const packages = [...PEERS.map((name) => `${name}@4.22.0`), 'webpack@5'];
  await run('npm', ['install', '--no-audit', '--no-fund', archive, ...packages], { cwd: project });
}

function expectSame(what: string, actual: string, expected: string): void {
  if (actual.trim() !== expected) throw new Error(`${what} gives ${actual.trim()}, not ${expected}`);
  console.log(`${what}: as it should be`);
}

/** Runs a file of the project in a Node of its own. */
async function runFile(project: string, name: string, args: readonly string[] = []): Promise<string> {
  const { stdout } = await run(process.execPath, [join(project, name), ...args], { cwd: project });
  return stdout;
}

async function buildPage(project: string): Promise<void> {
  await writeFile(join(project, 'index.html'), PAGE);
  await writeFile(join(project, 'main.js'), PAGE_SCRIPT);
  await build({ root: project, configFile: false, logLevel: 'error', worker: { format: 'es' } });
  const assets = await readdir(join(project, 'dist/assets'));
  const kinds = [
    /^index-.*\.js$/,
    /^webColorizerWorker-.*\.js$/,
    /^tfjs-backend-wasm-simd-.*\.wasm$/,
    /^polyhue-.*\.json$/,
    /^weights-.*\.bin$/,
  ];
  const missing = kinds.filter((kind) => !assets.some((asset) => kind.test(asset)));
  expectSame('a Vite build', missing.join(' '), '');
}

/** webpack is no part of what polyhue is developed with, so it is there only where npm installed it. */
async function buildWithWebpack(project: string): Promise<void> {
  await writeFile(join(project, 'pack.cjs'), WEBPACK);
  expectSame('a webpack build', await runFile(project, 'pack.cjs'), WEBPACKED);
}

async function main(): Promise<void> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as PackageJson;
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-install-'));
  const project = join(folder, 'project');
  try {
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{ "name": "project", "private": true }\n');
    await install(project, await pack(folder), manifest);
    await writeFile(join(project, 'use.mjs'), `${IMPORTS.join('\n')}${USE}`);
    await writeFile(join(project, 'use.cjs'), `${REQUIRES.join('\n')}(async () => {${USE}})();`);
    expectSame('import', await runFile(project, 'use.mjs'), EXPECTED);
    expectSame('require', await runFile(project, 'use.cjs'), EXPECTED);
    const cli = 'node_modules/polyhue/dist/cli.js';
    expectSame('polyhue --version', await runFile(project, cli, ['--version']), manifest.version);
    await buildPage(project);
    if (FROM_REGISTRY) await buildWithWebpack(project);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
