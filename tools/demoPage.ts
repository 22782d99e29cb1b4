import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, chromium } from 'playwright';
import { build, type InlineConfig, type Plugin, preview } from 'vite';

import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.js';

/** The built demo page on a server of its own, and a browser. */
export interface DemoPage {
  readonly url: string;
  /** Where the files of the page are. */
  readonly folder: string;
  readonly browser: Browser;
  /** Paths that were asked for, in order. */
  readonly paths: readonly string[];
  /** Scripts that are served in place of those of the page, by their paths. */
  readonly scripts: Map<string, string>;
  /** From now on the transfer of the weights ends in the middle, or no longer does. */
  readonly cutWeights: (isCut: boolean) => void;
  /** Ends the server alone: the page is offline from then on. */
  readonly stopServer: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Notes what is asked for, and serves something else when told to. */
function watchedServer(folder: string) {
  const [paths, scripts] = [[] as string[], new Map<string, string>()];
  let isCut = false;
  const sendHalf = async (path: string, response: ServerResponse): Promise<void> => {
    const bytes = await readFile(join(folder, path));
    response.writeHead(200, { 'Content-Length': bytes.length });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  };
  const plugin: Plugin = {
    name: 'watched-server',
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((request, response, next) => {
        const path = request.url!.replace(/\?.*$/, '');
        paths.push(path);
        if (isCut && path.endsWith('.bin')) return void sendHalf(path, response);
        const script = scripts.get(path);
        if (script === undefined) return next();
        response.setHeader('Content-Type', 'text/javascript');
        response.end(script);
      });
    },
  };
  return { plugin, paths, scripts, cutWeights: (cut: boolean): void => void (isCut = cut) };
}

/** Builds the demo page with the model in `model`, serves it and starts a browser. */
export async function openDemoPage(model: string): Promise<DemoPage> {
  const configFile = fileURLToPath(new URL('../examples/web/vite.config.ts', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-demo-'));
  process.env['POLYHUE_MODEL'] = model; // Read by the configuration.
  process.env['NODE_ENV'] = 'production'; // Vite would build the page for tests where a test calls.
  const { plugin, paths, scripts, cutWeights } = watchedServer(folder);
  const config = {
    configFile,
    logLevel: 'error',
    build: { outDir: folder },
    plugins: [plugin],
  } satisfies InlineConfig;
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
    paths,
    scripts,
    cutWeights,
    stopServer,
    close: async () => {
      await browser.close();
      await stopServer().catch(() => {}); // It may have ended.
      await rm(folder, { recursive: true });
    },
  };
}
