import { Component, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const OPEN = ["waiting", "running"];
const POLL_MS = 1000;
// Below so many seconds, nobody believes a number.
const FEW_SECONDS = 5;

/** The background work on an inventory sheet: how far it is, or why it was not done. */
export class InventoryJob extends Component {
    static template = "cognityv_inventory.InventoryJob";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ job: {} });
        useRecordObserver((record) => this.look(record.resId));
        onWillUnmount(() => this.stop());
    }

    get job() {
        return this.state.job;
    }

    get isOpen() {
        return OPEN.includes(this.job.state);
    }

    get isNotDone() {
        return ["failed", "interrupted"].includes(this.job.state);
    }

    /** How much is done, in whole percents; never all of it before it is done. */
    get percent() {
        return Math.min(99, Math.round(this.job.percent));
    }

    get isIndefinite() {
        return this.job.percent === null;
    }

    get timeLeft() {
        const seconds = this.job.seconds_left;
        if (this.job.state === "waiting") {
            return _t("waits for its turn");
        }
        if (seconds === null) {
            return _t("%s lines", formatInteger(this.job.line_count));
        }
        if (seconds < FEW_SECONDS) {
            return _t("a few seconds left");
        }
        return seconds < 90
            ? _t("about %s seconds left", Math.round(seconds))
            : _t("about %s minutes left", Math.round(seconds / 60));
    }

    stop() {
        browser.clearTimeout(this.timer);
        this.lookedAt = null;
    }

    async look(sheetId) {
        this.stop();
        if (!sheetId) {
            this.state.job = {};
            return;
        }
        this.lookedAt = sheetId;
        const job = await this.orm.silent.call("stock.inventory.sheet", "get_job", [[sheetId]]);
        if (this.lookedAt !== sheetId) {
            return;
        }
        const wasOpen = this.isOpen && this.job.id === job.id;
        this.state.job = job;
        if (this.isOpen) {
            this.timer = browser.setTimeout(() => this.look(sheetId), POLL_MS);
        } else if (wasOpen) {
            await this.props.record.load();
        }
    }

    async runAgain() {
        await this.orm.call("stock.inventory.sheet", "run_job_again", [[this.props.record.resId]]);
        await this.look(this.props.record.resId);
    }
}

registry.category("view_widgets").add("inventory_job", { component: InventoryJob });
