import { Component, useState } from "@odoo/owl";
import { Keypad } from "../keypad/keypad";
import { formatQuantity } from "../quantity/quantity";
import { _t } from "@web/core/l10n/translation";

/** What a person does with one item besides scanning it: a quantity by keypad, and a note. */
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
        this.state = useState({ note: this.props.line.note || "", hasNote: !!this.props.line.note });
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
        return this.state.note !== (this.props.line.note || "");
    }

    async saveNote() {
        const { line, onNote, close } = this.props;
        close();
        await onNote(line, this.state.note);
    }

    /** What was noted is kept as well: nobody looks for a second button. */
    async confirm(quantity, mode) {
        const { line, onQuantity, close } = this.props;
        if (this.isNoteChanged) {
            await this.saveNote();
        } else {
            close();
        }
        await onQuantity(line, quantity, mode);
    }
}
