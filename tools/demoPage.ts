import { mkdtemp } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, chromium } from 'playwright';
import { build, preview } from 'vite';

import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.js';

/** The built demo page on a server of its own, and a browser. */
export interface DemoPage {
  readonly url: string;
  /** Where the files of the page are. */
  readonly folder: string;
  readonly browser: Browser;
  /** Ends the server alone: the page is offline from then on. */
  readonly stopServer: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Builds the demo page with the model in `model`, serves it and starts a browser. */
export async function openDemoPage(model: string): Promise<DemoPage> {
  const configFile = fileURLToPath(new URL('../examples/web/vite.config.ts', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-demo-'));
  process.env['POLYHUE_MODEL'] = model; // Read by the configuration.
  const config = { configFile, logLevel: 'warn', build: { outDir: folder } } as const;
  await build(config);
  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_ARGUMENTS] });
  const stopServer = async (): Promise<void> => {
    const closed = server.close();
    (server.httpServer as Server).closeAllConnections(); // Browsers keep them open for later.
    await closed;
  };
  return {
    url: server.resolvedUrls!.local[0]!,
    folder,
    browser,
    stopServer,
    close: async () => {
      await browser.close();
      await stopServer().catch(() => {});
    },
  };
}
