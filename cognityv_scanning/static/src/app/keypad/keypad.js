import { Component, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { formatTypedQuantity, parseQuantity } from "../quantity/quantity";
import { Sheet } from "../sheet/sheet";

/** Asks for a quantity with big keys; a hardware keyboard works as well, and no other keyboard comes up. */
export class Keypad extends Component {
    static template = "cognityv_scanning.Keypad";
    static components = { Sheet };
    static props = {
        title: String,
        subtitle: { type: String, optional: true },
        uom: { type: String, optional: true },
        // What the item has now: shown, and replaced by the first key.
        quantity: { type: Number, optional: true },
        // "set": the quantity becomes the item's total · "add": it is added to it.
        mode: { type: String, optional: true },
        hasModes: { type: Boolean, optional: true },
        // What else has to be there before the quantity is taken.
        isReady: { type: Boolean, optional: true },
        // (quantity as text, "" while there is none) → what stands on the button.
        getLabel: { type: Function, optional: true },
        // Called with (quantity, mode).
        onConfirm: Function,
        close: Function,
        slots: { type: Object, optional: true },
    };
    static defaultProps = { mode: "set", isReady: true };

    setup() {
        this.keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", localization.decimalPoint, "0", "back"];
        this.state = useState({ text: this.getText(this.props.mode), isFresh: true, mode: this.props.mode });
    }

    /** What is there now is what a person sets; nothing is what they add to. */
    getText(mode) {
        return mode === "set" && this.props.quantity ? formatTypedQuantity(this.props.quantity) : "";
    }

    get quantity() {
        return parseQuantity(this.state.text);
    }

    /** Zero is a quantity to set, but none to add. */
    get isComplete() {
        return this.props.isReady && (this.state.mode === "set" ? this.quantity >= 0 : this.quantity > 0);
    }

    get confirmLabel() {
        const { mode, text } = this.state;
        if (this.props.getLabel) {
            return this.props.getLabel(text);
        }
        if (!this.isComplete) {
            return mode === "set" ? _t("Set the total") : _t("Add");
        }
        return mode === "set" ? _t("Set the total to %(quantity)s", { quantity: text }) : _t("Add %(quantity)s", { quantity: text });
    }

    getKeyLabel(key) {
        return key === "back" ? _t("Backspace") : key;
    }

    press(key) {
        const text = this.state.isFresh && key !== "back" ? "" : this.state.text;
        this.state.isFresh = false;
        this.state.text = key === "back" ? text.slice(0, -1) : text + key;
    }

    chooseMode(mode) {
        Object.assign(this.state, { mode, text: this.getText(mode), isFresh: true });
    }

    onInput(ev) {
        this.state.isFresh = false;
        this.state.text = ev.target.value;
    }

    confirm() {
        if (this.isComplete) {
            this.props.onConfirm(this.quantity, this.state.mode);
        }
    }
}
