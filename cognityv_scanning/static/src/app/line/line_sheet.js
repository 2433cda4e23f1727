import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Keypad } from "../keypad/keypad";
import { formatQuantity } from "../quantity/quantity";
import { _t } from "@web/core/l10n/translation";

/** What a person does with one item besides scanning it: a quantity by keypad, and a note, which is kept no matter how it is left. */
export class LineSheet extends Component {
    static template = "cognityv_scanning.LineSheet";
    static components = { Keypad };
    static props = {
        line: Object,
        // async (line, quantity, mode)
        onQuantity: Function,
        // async (line, text)
        onNote: Function,
        close: Function,
    };

    setup() {
        // Somebody else may write another one meanwhile.
        this.noteBefore = this.props.line.note || "";
        this.state = useState({ note: this.noteBefore, hasNote: !!this.noteBefore });
        onWillUnmount(() => this.keepNote());
    }

    get subtitle() {
        const { code, lot, required, uom } = this.props.line;
        const asked = required ? _t("%(required)s %(uom)s asked for", { required: formatQuantity(required), uom }) : "";
        return [code, lot, asked].filter(Boolean).join(" · ");
    }

    /** A line that only this device knows has no note yet. */
    get canNote() {
        return typeof this.props.line.id === "number";
    }

    showNote() {
        this.state.hasNote = true;
    }

    onNoteInput(ev) {
        this.state.note = ev.target.value;
    }

    get isNoteChanged() {
        return this.state.note.trim() !== this.noteBefore;
    }

    keepNote() {
        if (this.isNoteChanged) {
            this.props.onNote(this.props.line, this.state.note.trim());
        }
    }

    async confirm(quantity, mode) {
        const { line, onQuantity, close } = this.props;
        close();
        await onQuantity(line, quantity, mode);
    }
}
