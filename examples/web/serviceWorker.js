/* global caches, self, Request, FILES, VERSION -- FILES and VERSION are put in when the page is built */
const CACHE = `polyhue-demo-${VERSION}`;

/** Keeps the files of the page; the page itself keeps the model, and checks it. */
async function install() {
  const cache = await caches.open(CACHE);
  // The name of the page says nothing about its content, as those of the other files do.
  await cache.add(new Request('./', { cache: 'no-cache' }));
  await cache.addAll(FILES);
}

/** Drops the files of earlier versions: no page that needs them is open any more, as a new version waits for that. */
async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith('polyhue-demo-') && name !== CACHE);
  await Promise.all(names.map(async (name) => caches.delete(name)));
  await self.clients.claim();
}

/** A file of the page as it was kept, else from the network, and kept from then on. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  // Pages and workers ask for the same file with different headers, which changes nothing about it.
  const options = { ignoreSearch: true, ignoreVary: true };
  const kept = await cache.match(request.mode === 'navigate' ? './' : request, options);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  // One that does not fit is used all the same.
  if (response.ok) await cache.put(request, response.clone()).catch(() => {});
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
