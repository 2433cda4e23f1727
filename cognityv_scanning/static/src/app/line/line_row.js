import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatQuantity } from "../quantity/quantity";

const LOOKS = {
    match: { icon: "fa-check-circle", color: "success" },
    partial: { icon: "fa-adjust", color: "warning" },
    missing: { icon: "fa-circle-o", color: "danger" },
    extra: { icon: "fa-plus-circle", color: "info" },
    // Nothing is said of what is asked for: what was found is seen, no more.
    found: { icon: "fa-check-circle", color: "primary" },
    none: { icon: "fa-circle-o", color: "secondary" },
};

/** One item: what it is, what was scanned of it, what is asked for and what is left. */
export class LineRow extends Component {
    static template = "cognityv_scanning.LineRow";
    // `line` is a new object when anything of it changes: rows that do not change are not drawn again.
    static props = {
        line: Object,
        // The document's: its kind, and the place that goes without saying.
        kind: String,
        here: { type: [Number, { value: false }], optional: true },
        onSelect: { type: Function, optional: true },
    };

    get look() {
        const { status, scanned } = this.props.line;
        return LOOKS[status || (scanned ? "found" : "none")];
    }

    get details() {
        const { code, lot, package: pack, place, location_id } = this.props.line;
        return [code, lot, pack, location_id !== this.props.here && place].filter(Boolean).join(" · ");
    }

    get found() {
        return formatQuantity((this.props.line.done || 0) + this.props.line.scanned);
    }

    get required() {
        return this.props.line.required === false ? "" : formatQuantity(this.props.line.required);
    }

    get remark() {
        const { status, remaining, required, done, scanned } = this.props.line;
        if (status === "missing" || status === "partial") {
            const quantity = formatQuantity(remaining);
            return this.props.kind === "verification" ? _t("%(quantity)s missing", { quantity }) : _t("%(quantity)s left", { quantity });
        }
        if (status === "extra") {
            return required ? _t("%(quantity)s too many", { quantity: formatQuantity((done || 0) + scanned - required) }) : _t("Not expected");
        }
        return "";
    }
}
