import { createHash } from 'node:crypto';
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

/** What the page may load: nothing from elsewhere, no code in its markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** Gives the built page its content security policy; the development server puts styles into the markup. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY.join('; ') },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/**
 * What is kept only once it was fetched: files for browsers without SIMD, or for pages that are isolated from other origins, and
 * the pictures of the second tab.
 */
const RARE = /wasm-(?!simd)[^/]*\.wasm$|(?<!bee-on-aster-[\w-]+)\.jpg$/;

/** Writes the service worker, with the names of the files of the page. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('There is no index.html for the service worker to keep');
      const isKept = (name: string): boolean =>
        name !== page.fileName && !name.startsWith('model/') && !RARE.test(name);
      const files = Object.keys(bundle).filter(isKept).toSorted();
      // The names of the others change with their content.
      const hash = createHash('sha256').update(files.join('\n')).update(page.source);
      const version = hash.digest('hex').slice(0, 12);
      const code = await readFile(fileURLToPath(new URL('serviceWorker.js', import.meta.url)), 'utf8');
      const source = `const FILES = ${JSON.stringify(files)};\nconst VERSION = '${version}';\n${code}`;
      this.emitFile({ type: 'asset', fileName: 'serviceWorker.js', source });
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [modelFolder(), contentSecurityPolicy(), serviceWorker()],
  // An application of your own needs no alias: it imports the package.
  resolve: {
    alias: [
      { find: /^polyhue$/, replacement: source('index.ts') },
      { find: /^polyhue\/browser$/, replacement: source('browser/index.ts') },
      { find: /^polyhue\/worker$/, replacement: source('worker/index.ts') },
    ],
  },
  server: { fs: { allow: [ROOT] } },
  build: { outDir: `${ROOT}out/demo-web`, emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
});
