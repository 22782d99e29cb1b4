/** Finds a Chromium for the browser tests, or installs one; run by `npm test` before Vitest. */
import { spawnSync } from 'node:child_process';

import { findChromium, hasChromium } from './chromium.js';

const HELP = `The browser tests need Chromium and none was found. Do one of these:
  - install it (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), or
  - download the one made for the tests: npx playwright install chromium, or
  - name an installed one: POLYHUE_CHROMIUM=/path/to/chrome npm test, or
  - run the tests in Node only: npm run test:node`;

/** Ways to install Chromium without asking a person, most portable first. */
const INSTALLERS: readonly (readonly string[])[] = [
  ['npx', 'playwright', 'install', 'chromium'],
  ['sh', '-c', 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium'],
];

function tryInstall(command: readonly string[]): void {
  const [program, ...args] = command;
  if (program === undefined) return;
  console.error(`No Chromium found; trying: ${command.join(' ')}`);
  spawnSync(program, args, { stdio: 'inherit' });
}

for (const command of INSTALLERS) {
  if (hasChromium()) break;
  tryInstall(command);
}
if (hasChromium()) {
  console.error(`Browser tests use ${findChromium()}`);
} else {
  console.error(HELP);
  process.exitCode = 1;
}
