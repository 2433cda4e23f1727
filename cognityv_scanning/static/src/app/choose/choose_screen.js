import { Component, onMounted, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { ConnectionLostError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { KINDS } from "../documents/kinds";
import { StartsSheet } from "../documents/starts_sheet";
import { useOpenDocument } from "../documents/use_open_document";
import { useStarts } from "../documents/use_starts";
import { AppHeader } from "../header/app_header";
import { ScanOutcome } from "../outcome/scan_outcome";
import { ScanBar } from "../scan_bar/scan_bar";

const DELAY_IN_MS = 250;
// More than a person looks through: they type or scan then.
const LIMIT = 40;

/** Chooses the document of one kind: by looking, by typing, or by scanning it. */
export class ChooseScreen extends Component {
    static template = "cognityv_scanning.ChooseScreen";
    static components = { AppHeader, ScanBar, ScanOutcome, StartsSheet };
    static props = { kind: { type: String, validate: (kind) => kind in KINDS } };

    setup() {
        this.orm = useService("orm");
        this.openDocument = useOpenDocument();
        this.starts = useStarts(this.props.kind);
        this.keepLast = new KeepLast();
        this.state = useState({ text: "", documents: null, isOffline: false });
        this.search = useDebounced(this.load, DELAY_IN_MS);
        useBus(useService("scan_network").bus, "back", () => this.load());
        onMounted(() => this.load());
    }

    get look() {
        return KINDS[this.props.kind];
    }

    async load() {
        const args = [this.props.kind, this.state.text.trim(), LIMIT];
        try {
            this.state.documents = await this.keepLast.add(this.orm.silent.call("stock.scan.session", "search_documents", args));
            this.state.isOffline = false;
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.isOffline = true;
            this.state.documents ||= [];
        }
    }

    /** @param {string} moment as the server writes it, in UTC */
    formatDay(moment) {
        return deserializeDateTime(moment).toLocaleString({ month: "short", day: "numeric" });
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.search();
    }

    async choose(document) {
        await this.openDocument({ kind: this.props.kind, res_id: document.res_id });
    }

    back() {
        this.env.assetManager.home();
    }
}
