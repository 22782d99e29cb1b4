/**
 * A page that colors photos and trains colorizers: `npm run demo:web`, then open the address it prints. All work is done in
 * Web Workers.
 */
/// <reference types="vite/client" />
import { fileStore } from 'polyhue/browser';

import { colorTab } from './colorTab.js';
import { model } from './model.js';
import { element } from './page.js';
import { tabs } from './tabs.js';
import { trainTab } from './trainTab.js';

const show = tabs();
const color = colorTab(model);
trainTab((reader, name) => {
  show('color');
  void color.replaceModel(reader, name);
});

const modelFiles = element<HTMLInputElement>('#model-files');
modelFiles.addEventListener('change', () => {
  const files = [...(modelFiles.files ?? [])];
  modelFiles.value = '';
  if (files.length > 0) void color.replaceModel(fileStore(files), 'one of your own');
});

await color.load();
// The page opens without a network from the second visit on; what that takes is fetched when the first result need not wait for it.
if (import.meta.env.PROD) await navigator.serviceWorker?.register('./serviceWorker.js').catch(() => {});
