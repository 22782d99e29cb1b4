/* global caches, self, FILES, VERSION -- FILES and VERSION are put in when the page is built */
const CACHE = `polyhue-demo-${VERSION}`;

/** Keeps the files of the page; the page itself keeps the model, and checks it. */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  await self.skipWaiting();
}

/** Drops the files of earlier versions. */
async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith('polyhue-demo-') && name !== CACHE);
  await Promise.all(names.map(async (name) => caches.delete(name)));
  await self.clients.claim();
}

/** A file of the page as it was kept, else from the network, and kept from then on. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.mode === 'navigate' ? './' : request, { ignoreSearch: true });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const isOurs = url.origin === self.location.origin && !url.pathname.includes('/model/');
  if (request.method === 'GET' && isOurs) event.respondWith(answer(request));
});
