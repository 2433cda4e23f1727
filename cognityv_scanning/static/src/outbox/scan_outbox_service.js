import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";
import { keepPage, registerScopedWorker } from "../offline/kept_page";
import { DocumentCache } from "./document_cache";
import { OutboxStore } from "./outbox_store";
import { pushEvents } from "./push";
import { makeOwner, ScanOutbox } from "./scan_outbox";

/** Wake the outbox whenever the network, the page or Odoo's bus comes back. */
function watchConnection(outbox, bus, network) {
    network.bus.addEventListener("back", () => outbox.wake());
    browser.addEventListener("online", () => outbox.wake());
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") {
            outbox.wake();
        }
    });
    bus.addEventListener("BUS:RECONNECT", () => outbox.wake());
}

export const scanOutboxService = {
    dependencies: ["bus_service", "scan_network"],
    /** @returns {ScanOutbox} see there */
    start(env, { bus_service: bus, scan_network: network }) {
        const outbox = new ScanOutbox({
            db: session.db,
            user,
            store: new OutboxStore(),
            documents: new DocumentCache(makeOwner(session.db, user)),
            push: pushEvents,
            keepPage: () => keepPage(user.userId, session.db),
        });
        watchConnection(outbox, bus, network);
        registerScopedWorker();
        outbox.started = outbox.start();
        return outbox;
    },
};

registry.category("services").add("scan_outbox", scanOutboxService);
