import { Component, onMounted, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useOpenDocument } from "../documents/use_open_document";
import { AppHeader } from "../header/app_header";
import { ScanOutcome } from "../outcome/scan_outcome";
import { formatQuantity } from "../quantity/quantity";
import { ScanBar } from "../scan_bar/scan_bar";
import { Sheet } from "../sheet/sheet";
import { CorrectionSheet } from "./correction_sheet";
import { StockRow } from "./stock_row";

const PLACE = "stock.location";
// What can be looked up.
const KINDS = ["product", "lot", "package", "location"];

/** Stock Management: where an item is and how much, or what is in a place; its label; a correction. */
export class ItemScreen extends Component {
    static template = "cognityv_scanning.ItemScreen";
    static components = { AppHeader, CorrectionSheet, ScanBar, ScanOutcome, Sheet, StockRow };
    static props = {
        // "<model>,<id>"; without it there is nothing but the search.
        item: { type: String, optional: true },
        // Looked up at once.
        code: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.feedback = useService("scan_feedback");
        this.openDocument = useOpenDocument();
        this.keepLast = new KeepLast();
        this.state = useState({ stock: null, outcome: null, matches: [], row: null, isCorrecting: false, isOffline: false });
        this.suggest = this.suggest.bind(this);
        this.selectRow = (row) => (this.state.row = row);
        useBus(useService("scan_network").bus, "back", () => this.onNetworkBack());
        onMounted(() => (this.props.item ? this.load() : this.props.code && this.onCode(this.props.code)));
    }

    get model() {
        return this.props.item?.split(",")[0];
    }

    get id() {
        return Number(this.props.item?.split(",")[1]);
    }

    get isPlace() {
        return this.model === PLACE;
    }

    /** What the rows differ in first. */
    get titleField() {
        return this.isPlace || this.model === "stock.package" ? "product" : "place";
    }

    get subtitle() {
        const { title, subtitle, code, barcode } = this.state.stock;
        return [subtitle, !title.includes(code) && code, barcode].filter(Boolean).join(" · ");
    }

    get total() {
        const { total, uom, rows } = this.state.stock;
        return total && { uom: uom || rows[0]?.uom, ...Object.fromEntries(Object.entries(total).map(([name, value]) => [name, formatQuantity(value)])) };
    }

    async load() {
        const call = this.isPlace
            ? this.orm.silent.call("stock.scan.item", "get_place", [this.id])
            : this.orm.silent.call("stock.scan.item", "get_item", [this.model, this.id]);
        try {
            this.state.stock = await this.keepLast.add(call);
            this.state.isOffline = false;
        } catch (error) {
            this.tellOffline(error);
        }
    }

    async onNetworkBack() {
        this.state.isOffline = false;
        if (this.props.item) {
            await this.load();
        }
    }

    tellOffline(error) {
        if (!(error instanceof ConnectionLostError)) {
            throw error;
        }
        this.state.isOffline = true;
        this.state.outcome = null;
    }

    async onCode(code) {
        Object.assign(this.state, { matches: [], row: null, outcome: { outcome: "waiting", item: code } });
        let found;
        try {
            found = await this.orm.silent.call("stock.scan.resolver", "resolve", [code]);
        } catch (error) {
            return this.tellOffline(error);
        }
        const matches = found.filter(({ kind }) => KINDS.includes(kind));
        if (matches.length === 1) {
            this.feedback.tell("accepted");
            return this.open(matches[0].model, matches[0].id);
        }
        if (matches.length) {
            Object.assign(this.state, { matches, outcome: null });
        } else {
            this.tellNothing(code, found[0]);
        }
    }

    tellNothing(code, other) {
        const outcome = other ? "refused" : "unknown";
        const message = other
            ? _t("It is %(name)s, which is neither an item nor a place.", { name: other.display_name })
            : _t("Nothing is known by this code.");
        this.state.outcome = { outcome, item: code, message };
        this.feedback.tell(outcome);
    }

    async suggest(text) {
        const matches = await this.orm.silent.call("stock.scan.resolver", "suggest", [text], { kinds: KINDS });
        return matches.map((match) => ({
            key: `${match.model},${match.id}`,
            title: match.display_name,
            detail: match.lot_name && match.product,
            pick: () => this.open(match.model, match.id),
        }));
    }

    open(model, id) {
        this.env.assetManager.go({ screen: "item", item: `${model},${id}` });
    }

    pickMatch(match) {
        this.state.matches = [];
        this.open(match.model, match.id);
    }

    closeMatches() {
        this.state.matches = [];
    }

    closeRow() {
        Object.assign(this.state, { row: null, isCorrecting: false });
    }

    correct() {
        this.state.isCorrecting = true;
    }

    /** Also when it could not be corrected: the stock may have become something else meanwhile. */
    async onCorrected(message) {
        this.closeRow();
        if (message) {
            this.feedback.tell("accepted");
            this.state.outcome = { outcome: "accepted", item: this.state.stock.title, message };
        }
        await this.load();
    }

    /** The other side of a row: of an item its place, of a place its item. */
    openOther() {
        const { location_id, product_id, lot_id } = this.state.row;
        this.closeRow();
        if (!this.isPlace) {
            this.open(PLACE, location_id);
        } else if (lot_id) {
            this.open("stock.lot", lot_id);
        } else {
            this.open("product.product", product_id);
        }
    }

    async printLabel() {
        await this.action.doAction(await this.orm.call(this.model, "action_print_scan_labels", [[this.id]]));
    }

    async count() {
        await this.openDocument({ kind: "verification", res_id: this.id });
    }

    back() {
        this.env.assetManager.go({ screen: this.props.item ? "item" : "home" });
    }
}
