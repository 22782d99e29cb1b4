import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { DemoPage } from '../../tools/demoPage.js';
import {
  alerted,
  galleryPixels,
  openTinyDemo,
  PHOTO,
  said,
  settled,
  upload,
  visit,
} from '../support/demoVisit.js';

let demo: DemoPage;
/** What one visitor keeps. */
let context: BrowserContext;
let page: Page;
let first: string[];
const errors: string[] = [];

const weightsAsked = (): number => demo.paths.filter((path) => path.endsWith('.bin')).length;

async function reload(): Promise<void> {
  await page.reload();
  await said(page, /^Ready/);
}

/** Changes a byte of the weights that the browser keeps. */
async function damageKeptWeights(): Promise<void> {
  await page.evaluate(async () => {
    const done = async <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(new Error('IndexedDB fails')));
      });
    const database = await done(indexedDB.open('polyhue'));
    const files = database.transaction('files', 'readwrite').objectStore('files');
    const keys = (await done(files.getAllKeys())) as [string, string][];
    const key = keys.find(([of, name]) => of === 'polyhue-demo-model' && name.endsWith('.bin'))!;
    const bytes = (await done(files.get(key))) as Uint8Array;
    bytes[1000]! ^= 1;
    await done(files.put(bytes, key));
    database.close();
  });
}

const cacheNames = async (): Promise<string[]> => page.evaluate(async () => caches.keys());

beforeAll(async () => {
  demo = await openTinyDemo();
  context = await demo.browser.newContext();
}, 300_000);

afterAll(async () => demo.close());

it('says when the network fails in the middle of the model, and tries again', async () => {
  demo.cutWeights(true);
  page = await visit(demo, context, []); // The browser itself writes that a transfer failed.
  await alerted(page, /Cannot read "weights.*" .* the transfer failed: check the address and the connection/);
  await page.locator('#file').setInputFiles(PHOTO);
  await settled(page);
  await alerted(page, 'the transfer failed');
  demo.cutWeights(false);
  await page.locator('#alert button').click();
  await said(page, /results in/);
  expect(await page.locator('#alert').isVisible()).toBe(false);
  await page.close();
});

it('fetches the model once, and again where what was kept is damaged', async () => {
  page = await visit(demo, context, errors);
  await said(page, /^Ready/);
  await upload(page);
  first = await galleryPixels(page);
  const before = weightsAsked();
  await reload();
  expect(weightsAsked()).toBe(before);
  await damageKeptWeights();
  await reload();
  expect(weightsAsked()).toBe(before + 1);
  await reload();
  expect(weightsAsked()).toBe(before + 1);
  await upload(page);
  expect(await galleryPixels(page)).toEqual(first);
});

it('gives a new version of its files to the next visit, and leaves open pages theirs', async () => {
  await page.evaluate(async () => navigator.serviceWorker.ready);
  const [old] = await cacheNames();
  const code = await readFile(join(demo.folder, 'serviceWorker.js'), 'utf8');
  demo.scripts.set('/serviceWorker.js', code.replace(/VERSION = '\w+'/, "VERSION = 'next'"));
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const installing = registration.installing;
    if (installing !== null && installing.state === 'installing')
      await new Promise((resolve) => {
        installing.addEventListener('statechange', resolve);
      });
  });
  expect(new Set(await cacheNames())).toEqual(new Set([old, 'polyhue-demo-next']));
  await page.close();
  page = await visit(demo, context, errors);
  await expect.poll(cacheNames, { timeout: 20_000 }).toEqual(['polyhue-demo-next']);
  await said(page, /^Ready/);
});

it('works without a network from the second visit on, but for a damaged model', async () => {
  expect(errors).toEqual([]);
  await demo.stopServer();
  await reload();
  await upload(page);
  expect(await galleryPixels(page)).toEqual(first);
  await page.locator('#sample').click();
  await said(page, /results in/);
  await page.locator('#tab-train').click();
  await page.locator('#train-files').setInputFiles([PHOTO, 'examples/photos/two-dogs.jpg']);
  await page.locator('[name=steps]').fill('2');
  await page.locator('[name=batchSize]').fill('2');
  await page.locator('#train-start').click();
  await page.locator('#train-status').filter({ hasText: /^Done/ }).waitFor();
  await damageKeptWeights();
  await page.reload();
  await alerted(page, 'is damaged and');
  await alerted(page, 'cannot be reached: connect to the network and load it again');
});
