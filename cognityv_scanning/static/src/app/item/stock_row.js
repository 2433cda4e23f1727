import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatQuantity } from "../quantity/quantity";

/** Stock of one item in one place. */
export class StockRow extends Component {
    static template = "cognityv_scanning.StockRow";
    static props = {
        row: Object,
        // "place" or "product": what the rows of the list differ in first.
        titleField: { type: String, validate: (field) => ["place", "product"].includes(field) },
        // The place that goes without saying.
        here: { type: Number, optional: true },
        onSelect: Function,
    };

    get title() {
        return this.props.row[this.props.titleField];
    }

    get details() {
        const { location_id, place, lot, package: pack, owner } = this.props.row;
        const saysPlace = this.props.titleField === "product" && location_id !== this.props.here;
        return [lot, pack, owner, saysPlace && place].filter(Boolean).join(" · ");
    }

    get lastCount() {
        const { last_count } = this.props.row;
        return last_count ? _t("Counted %(date)s", { date: formatDate(deserializeDate(last_count)) }) : "";
    }

    get quantity() {
        return formatQuantity(this.props.row.quantity);
    }

    get reserved() {
        const { reserved } = this.props.row;
        return reserved ? _t("%(quantity)s reserved", { quantity: formatQuantity(reserved) }) : "";
    }
}
