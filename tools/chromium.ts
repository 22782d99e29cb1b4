import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { chromium } from 'playwright';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Keeps Chromium from reaching for the network and lets it render WebGPU and WebGL in software where there is no GPU. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-domain-reliability',
  '--no-first-run',
  '--no-default-browser-check',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Path of a Chromium the browser tests can drive: `POLYHUE_CHROMIUM`, else the first found on `PATH`, else the one
 * that Playwright has downloaded. The last is returned even where it does not exist, so that starting it says so.
 */
export function findChromium(): string {
  const named = process.env['POLYHUE_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find(isExecutable) ?? chromium.executablePath();
}

/** Whether {@link findChromium} found a browser that exists. */
export function hasChromium(): boolean {
  return existsSync(findChromium());
}

/** Where packages of Chromium for Linux put the browser that their script in `PATH` starts. */
const LINUX_FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

const NO_SOFTWARE_GPU = `The tests of WebGPU in Node need the software GPU that comes with Chromium, vk_swiftshader_icd.json, and none
was found beside it. Install Chromium from a package that has it (Debian: apt-get install chromium libvulkan1), or download
the one made for the tests: npx playwright install chromium`;

/**
 * Environment variables that give a program the software GPU which comes with Chromium: its Vulkan driver and, for machines
 * without libvulkan1, its Vulkan loader. Other systems than Linux use the GPU they have.
 */
export function softwareGpuEnvironment(): Readonly<Record<string, string>> {
  if (process.platform !== 'linux') return {};
  const chromium = hasChromium() ? [dirname(realpathSync(findChromium()))] : [];
  const folder = [...chromium, ...LINUX_FOLDERS].find((path) =>
    existsSync(join(path, 'vk_swiftshader_icd.json')),
  );
  if (folder === undefined) throw new Error(NO_SOFTWARE_GPU);
  const libraries = [process.env['LD_LIBRARY_PATH'], folder].filter((path) => path).join(delimiter);
  return { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: libraries };
}
