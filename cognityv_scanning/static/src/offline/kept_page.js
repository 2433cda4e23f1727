import { browser } from "@web/core/browser/browser";

const SCOPE = "/scoped_app/asset-manager";
const SCRIPT = "/cognityv_scanning/service-worker.js";

/** The app on the home screen lies outside of what Odoo's service worker serves: it gets one of its own. */
export async function registerScopedWorker() {
    const { serviceWorker } = browser.navigator;
    if (serviceWorker && browser.location.pathname.startsWith(SCOPE)) {
        await serviceWorker.register(SCRIPT, { scope: SCOPE });
    }
}

/**
 * Ask the service worker to keep this page, so that a reload without network brings the app back.
 *
 * @param {number} uid who is logged in
 * @param {string} db
 */
export async function keepPage(uid, db) {
    const registration = await browser.navigator.serviceWorker?.ready;
    registration?.active.postMessage({ type: "cognityv_scanning.keep", uid, db });
}
