import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';

import { defineConfig, type Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The folder of the model: that of `POLYHUE_MODEL`, else the one that comes with the package. */
const MODEL = process.env['POLYHUE_MODEL'] ?? `${ROOT}checkpoints/compact`;

async function send(name: string, response: ServerResponse, next: () => void): Promise<void> {
  try {
    response.end(await readFile(`${MODEL}/${name}`));
  } catch {
    next();
  }
}

/** Serves the model below `model/`, and puts it there in the built page. */
function modelFolder(): Plugin {
  return {
    name: 'model-folder',
    buildStart() {
      if (existsSync(`${MODEL}/polyhue.json`)) return;
      const cure = 'train one with "npx polyhue train photos --out my-model", and set POLYHUE_MODEL=my-model';
      this.error(`There is no model in "${MODEL}": ${cure}`);
    },
    configureServer({ middlewares }) {
      middlewares.use('/model/', (request, response, next) => {
        const name = (request.url ?? '').replace(/^\/|\?.*$/g, '');
        if (!/^[\w.-]+$/.test(name)) return next();
        void send(name, response, next);
      });
    },
    async generateBundle() {
      for (const name of await readdir(MODEL))
        if (/^(polyhue\.json|weights.*\.bin)$/.test(name))
          this.emitFile({
            type: 'asset',
            fileName: `model/${name}`,
            source: await readFile(`${MODEL}/${name}`),
          });
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [modelFolder()],
  // An application of your own needs no alias: it imports the package.
  resolve: {
    alias: [
      { find: /^polyhue$/, replacement: source('index.ts') },
      { find: /^polyhue\/worker$/, replacement: source('worker/index.ts') },
    ],
  },
  server: { fs: { allow: [ROOT] } },
  build: { outDir: `${ROOT}out/demo-web`, emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
});
