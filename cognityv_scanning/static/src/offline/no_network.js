import { router } from "@web/core/browser/router";
import { AssetsLoadingError } from "@web/core/assets";
import { lostConnectionHandler } from "@web/core/errors/error_handlers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const ACTION = "asset-manager";
// How browsers call it: Chromium, WebKit, Firefox (as in Odoo's service worker).
const NO_NETWORK = ["Failed to fetch", "Load failed", "NetworkError when attempting to fetch resource."];

function isNetworkError(error) {
    return error instanceof AssetsLoadingError || (error instanceof TypeError && NO_NETWORK.includes(error.message));
}

/**
 * While the app is on the screen, no network is said as such. When Odoo starts without network it asks for its menus,
 * texts and other files by `fetch`, and each of these failures would put a report of a program fault on the screen.
 */
export function noNetworkHandler(env, error, originalError) {
    const isOurs = router.current.actionStack?.some(({ action }) => action === ACTION);
    if (isOurs && [originalError, error.cause].some(isNetworkError)) {
        return lostConnectionHandler(env, error, new ConnectionLostError());
    }
    return false;
}

registry.category("error_handlers").add("cognityv_scanning.no_network", noNetworkHandler, { sequence: 90 });
