import { EventBus, reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionAbortedError, ConnectionLostError, rpc, rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Backoff } from "../outbox/backoff";

export const scanNetworkService = {
    /**
     * Whether the server can be reached, as far as this page has heard of it: by what became of its calls, and by what
     * the browser says. While it cannot, it is asked again and again.
     *
     * @returns {{state: {isOffline: boolean}, bus: EventBus}} `state` is reactive; `bus` triggers `back`
     */
    start() {
        const state = reactive({ isOffline: false });
        const bus = new EventBus();
        const backoff = new Backoff();
        let timer = null;

        function onReached() {
            if (state.isOffline) {
                state.isOffline = false;
                browser.clearTimeout(timer);
                backoff.reset();
                bus.trigger("back");
            }
        }

        function onLost() {
            if (!state.isOffline) {
                state.isOffline = true;
                checkLater();
            }
        }

        function checkLater() {
            browser.clearTimeout(timer);
            timer = browser.setTimeout(check, backoff.next());
        }

        /** What becomes of the call is heard below: any answer, be it an error, means that the server is there. */
        async function check() {
            try {
                await rpc("/web/webclient/version_info", {}, { silent: true });
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    checkLater();
                }
            }
        }

        rpcBus.addEventListener("RPC:RESPONSE", ({ detail: { error } }) => {
            if (error instanceof ConnectionLostError) {
                onLost();
            } else if (!(error instanceof ConnectionAbortedError)) {
                onReached();
            }
        });
        browser.addEventListener("offline", onLost);
        browser.addEventListener("online", () => state.isOffline && check());
        return { state, bus };
    },
};

registry.category("services").add("scan_network", scanNetworkService);
