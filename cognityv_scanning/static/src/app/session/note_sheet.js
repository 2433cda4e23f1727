import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { Sheet } from "../sheet/sheet";

/** A note on the whole document. */
export class NoteSheet extends Component {
    static template = "cognityv_scanning.NoteSheet";
    static components = { Sheet };
    static props = { session: Object, onChanged: Function, close: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ text: this.props.session.payload.note || "" });
    }

    onInput(ev) {
        this.state.text = ev.target.value;
    }

    async save() {
        await this.orm.call("stock.scan.session", "set_note", [[this.props.session.id], this.state.text]);
        await this.props.onChanged();
        this.props.close();
    }
}
