import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Sheet } from "../sheet/sheet";

// No key is called `class`: Odoo would take it for the beginning of one, and not see the terms behind it.
const LOOKS = {
    idle: { icon: "fa-check", color: "text-success", label: _t("Sent") },
    sending: { icon: "fa-cloud-upload", color: "text-info", label: _t("Sending") },
    offline: { icon: "fa-chain-broken", color: "text-bg-warning", label: _t("Offline") },
    login: { icon: "fa-lock", color: "text-bg-danger", label: _t("Log in") },
    refused: { icon: "fa-exclamation-circle", color: "text-bg-danger", label: _t("Held up") },
};

/** How many scans wait on this device to be sent, and why. */
export class SyncState extends Component {
    static template = "cognityv_scanning.SyncState";
    static components = { Sheet };
    static props = {};

    setup() {
        this.outbox = useService("scan_outbox");
        this.outboxState = useState(this.outbox.state);
        this.network = useState(useService("scan_network").state);
        this.state = useState({ isOpen: false });
    }

    get look() {
        return LOOKS[this.status];
    }

    /** That there is no network shows before anything waits for it. */
    get status() {
        const { status } = this.outboxState;
        return status === "idle" && this.network.isOffline ? "offline" : status;
    }

    get waiting() {
        const { mine } = this.outboxState;
        if (!mine) {
            return _t("Everything is sent");
        }
        return mine === 1 ? _t("1 scan is kept on this device") : _t("%(count)s scans are kept on this device", { count: mine });
    }

    /** What the outbox says; when there is nothing to say, what it is for. */
    get explanation() {
        if (!this.outboxState.message && this.network.isOffline) {
            return _t("There is no network. What is scanned is kept on this device, and sent when it is back.");
        }
        return this.outboxState.message || _t("What is scanned is kept on this device until the server has it.");
    }

    /** After login, back to where the person was. */
    get loginUrl() {
        const { pathname, search } = window.location;
        return `/web/login?redirect=${encodeURIComponent(pathname + search)}`;
    }

    open() {
        this.state.isOpen = true;
    }

    close() {
        this.state.isOpen = false;
    }

    /** Also what the server did not take: it may, now. */
    async send() {
        await this.outbox.retry();
    }
}
