import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
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
        // After a note was written.
        onChanged: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
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

    async saveNote() {
        await this.orm.call("stock.scan.session.line", "set_note", [[this.props.line.id], this.state.note]);
        this.props.onChanged();
        this.props.close();
    }

    async confirm(quantity, mode) {
        const { line, onQuantity, close } = this.props;
        close();
        await onQuantity(line, quantity, mode);
    }
}
