import { _t } from "@web/core/l10n/translation";
import { router } from "@web/core/browser/router";
import { AssetsLoadingError } from "@web/core/assets";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const ACTIONS = ["asset-manager", "stock-management"];
// How browsers call it: Chromium, WebKit, Firefox (as in Odoo's service worker).
const NO_NETWORK = ["Failed to fetch", "Load failed", "NetworkError when attempting to fetch resource."];
// What a person has asked for in the app, rather than what Odoo asks for by itself.
const ASKED_FOR = /\/call_kw\/(stock\.scan\.|.+\/action_print_scan_labels)/;

function isNetworkError(error) {
    const isLost = error instanceof AssetsLoadingError || error instanceof ConnectionLostError;
    return isLost || (error instanceof TypeError && NO_NETWORK.includes(error.message));
}

/**
 * While the app is on the screen, no network is said as such, at its upper edge. When Odoo starts without network it asks
 * for its menus, texts and other files by `fetch`, and each of these failures would put a report of a program fault on
 * the screen; and what Odoo says of a lost connection stays there and hides what the app says of the last scan.
 */
export function noNetworkHandler(env, error, originalError) {
    const isOurs = router.current.actionStack?.some(({ action }) => ACTIONS.includes(action));
    const cause = [originalError, error.cause].find(isNetworkError);
    if (!isOurs || !cause) {
        return false;
    }
    error.unhandledRejectionEvent?.preventDefault();
    if (ASKED_FOR.test(cause.url)) {
        env.services.notification.add(_t("There is no network. Nothing is lost; try again once it is back."), { type: "warning" });
    }
    return true;
}

registry.category("error_handlers").add("cognityv_scanning.no_network", noNetworkHandler, { sequence: 90 });
