// @odoo-module ignore

/*
 * Comes before Odoo's own service worker, in the same script, and uses its names: sessionInfo, homepageURL,
 * extractSessionInfo, getTextFromResponse, storeDataOnCache, navigateOrDisplayOfflinePage.
 *
 * Odoo keeps the page of the web client on the disk, and what it needs to know of the person (the session info) in
 * memory only. A browser ends a service worker after half a minute without work, so that a reload without network shows
 * "You are offline". For who scans, the session info is kept as well, under these rules:
 * - only once the person has opened a document to scan (the page asks for it), and without anything that opens a door:
 *   no key of Odoo's encrypted cache, no token, no cookie;
 * - it is gone when the person logs out, when the server asks for a login, and when somebody else logs in; and with it
 *   the documents that were opened.
 * Whoever holds the phone sees no more by it than the login, which is on the phone as well, would show with network.
 */
(() => {
    const KEPT = "cognityv_scanning.kept";
    const SESSION = "/cognityv_scanning/kept_session";
    const DOCUMENTS = "cognityv_scanning.documents";
    // Besides the page's own files: what the camera needs where the browser has no detector, and the icons.
    const FILES = [
        "/web/static/lib/zxing-library/zxing-library.js",
        "/web/static/src/libs/fontawesome/fonts/fontawesome-webfont.woff2?v=4.7.0",
        "/web/static/lib/odoo_ui_icons/fonts/odoo_ui_icons.woff2",
    ];
    const SECRETS = /secret|token|password/i;

    const readKept = async () => (await caches.match(SESSION, { cacheName: KEPT }))?.json();

    const parseInfo = (html) => {
        const info = extractSessionInfo(html);
        return info && JSON.parse(info, (key, value) => (SECRETS.test(key) ? undefined : value));
    };

    /** As text that can stand in a script of the page. */
    const formatInfo = (info) => JSON.stringify(info).replaceAll("<", "\\u003c").replaceAll("$", "\\u0024");

    const listFiles = (html) => [
        ...Array.from(html.matchAll(/(?:src|href)="(\/web\/assets\/[^"]+)"/g), (match) => match[1]),
        ...FILES,
    ];

    const getPath = (url) => url.slice(self.location.origin.length);

    const isFile = (path) => path.startsWith("/web/assets/") || FILES.includes(path);

    /** Browsers keep these files by themselves as well, but not for sure. */
    const keepFiles = async (cache, wanted) => {
        const known = (await cache.keys()).map((request) => getPath(request.url));
        await cache.addAll(wanted.filter((path) => !known.includes(path)));
        const outdated = known.filter((path) => path !== SESSION && !wanted.includes(path));
        await Promise.all(outdated.map((path) => cache.delete(path)));
    };

    const keep = async (info, html) => {
        const cache = await caches.open(KEPT);
        await cache.put(SESSION, new Response(JSON.stringify(info)));
        await keepFiles(cache, listFiles(html));
    };

    const deleteDocuments = () =>
        new Promise((resolve) => {
            const request = indexedDB.deleteDatabase(DOCUMENTS);
            request.onsuccess = request.onerror = request.onblocked = resolve;
        });

    /** Documents without the page that shows them are of no use. Scans that wait are kept elsewhere, and stay. */
    const forget = () => Promise.all([caches.delete(KEPT), deleteDocuments()]);

    const onLogout = async () => {
        sessionInfo = null;
        await forget();
    };

    /** The page asks for it, and says who is before it. */
    const onKeep = async ({ uid, db }) => {
        const response = await fetch(homepageURL);
        if (!response.ok) {
            return;
        }
        const html = await response.clone().text();
        const info = parseInfo(html);
        if (info?.uid === uid && info.db === db) {
            await storeDataOnCache(homepageURL, response);
            await keep(info, html);
        }
    };

    /** What the server answers says whether the page may still be kept. */
    const check = async (response) => {
        const kept = await readKept();
        if (!kept) {
            return;
        }
        if (response.type === "opaqueredirect") {
            // To the login, as a rule.
            sessionInfo = null;
            return forget();
        }
        const html = response.ok ? await response.text() : "";
        const info = parseInfo(html);
        if (info) {
            await (info.uid === kept.uid && info.db === kept.db ? keep(info, html) : forget());
        }
    };

    const openPage = async (event) => {
        if (!sessionInfo) {
            const kept = await readKept();
            sessionInfo ||= kept ? formatInfo(kept) : null;
        }
        const response = await navigateOrDisplayOfflinePage(event.request);
        // What comes from the disk was made by a script.
        if (response.type !== "default") {
            event.waitUntil(check(response.clone()));
        }
        return response;
    };

    const openFile = async (request) => {
        try {
            return await fetch(request);
        } catch (error) {
            const kept = await caches.match(request.url, { cacheName: KEPT });
            if (!kept) {
                throw error;
            }
            return kept;
        }
    };

    self.addEventListener("fetch", (event) => {
        const { url, method } = event.request;
        if (method !== "GET" || !url.startsWith(`${self.location.origin}/`)) {
            return;
        }
        if (event.request.mode === "navigate") {
            event.stopImmediatePropagation();
            event.respondWith(openPage(event));
        } else if (isFile(getPath(url))) {
            event.stopImmediatePropagation();
            event.respondWith(openFile(event.request));
        }
    });

    // The app on the home screen has a service worker of its own, which remembers by itself who was before it.
    const others = new BroadcastChannel("cognityv_scanning.service_workers");
    others.onmessage = () => {
        sessionInfo = null;
    };

    self.addEventListener("message", (event) => {
        if (event.data === "user_logout") {
            others.postMessage("user_logout");
            event.waitUntil(onLogout());
        } else if (event.data?.type === "cognityv_scanning.keep") {
            event.waitUntil(onKeep(event.data));
        }
    });
})();
