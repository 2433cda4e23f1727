import { Component, onMounted, useState } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";
import { useBus, useService } from "@web/core/utils/hooks";
import { KINDS } from "../documents/kinds";
import { StartsSheet } from "../documents/starts_sheet";
import { useOpenDocument } from "../documents/use_open_document";
import { useStarts } from "../documents/use_starts";
import { AppHeader } from "../header/app_header";
import { ScanOutcome } from "../outcome/scan_outcome";
import { ScanBar } from "../scan_bar/scan_bar";

// A phone shows so many and the hint.
const MOST_WITH_HINT = 3;

/** Where the work begins: scan anything, go on with what is open, count what is to be counted. */
export class HomeScreen extends Component {
    static template = "cognityv_scanning.HomeScreen";
    static components = { AppHeader, ScanBar, ScanOutcome, StartsSheet };
    static props = { code: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.outbox = useService("scan_outbox");
        this.openDocument = useOpenDocument();
        this.starts = useStarts();
        this.suggest = this.suggest.bind(this);
        this.state = useState({ home: null, isOffline: false });
        useBus(useService("scan_network").bus, "back", () => this.load());
        onMounted(async () => {
            await this.load();
            if (this.props.code) {
                await this.starts.onCode(this.props.code);
            }
        });
    }

    async load() {
        try {
            this.state.home = await this.orm.silent.call("stock.scan.session", "get_home", []);
            this.state.isOffline = false;
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.home = { kinds: [], open: await this.getKeptDocuments(), to_count: [] };
            this.state.isOffline = true;
        }
    }

    async getKeptDocuments() {
        return (await this.outbox.documents()).filter(({ state }) => state === "open");
    }

    get kinds() {
        return Object.entries(KINDS)
            .filter(([kind]) => this.state.home?.kinds.includes(kind))
            .map(([kind, look]) => ({ kind, ...look }));
    }

    /** Whether there is room to say what can be done here. */
    get hasRoom() {
        const { open, to_count } = this.state.home;
        return open.length + to_count.length <= MOST_WITH_HINT && !this.starts.state.outcome;
    }

    getIcon(kind) {
        return KINDS[kind].icon;
    }

    async suggest(text) {
        const starts = await this.orm.silent.call("stock.scan.session", "suggest_starts", [text]);
        return starts.map((start) => ({
            key: `${start.kind},${start.model},${start.res_id}`,
            title: start.title,
            detail: start.detail,
            pick: () => this.openDocument(start),
        }));
    }

    choose(kind) {
        this.env.assetManager.go({ screen: "choose", kind });
    }

    goOn(session) {
        this.env.assetManager.go({ screen: "session", session: session.id });
    }

    async count(sheet) {
        await this.openDocument(sheet);
    }

    openItem() {
        this.env.assetManager.go({ screen: "item" });
    }
}
