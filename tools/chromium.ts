import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

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
