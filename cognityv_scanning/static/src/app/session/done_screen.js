import { Component, useState } from "@odoo/owl";
import { AppHeader } from "../header/app_header";
import { ScanBar } from "../scan_bar/scan_bar";

/** What became of a document; what is scanned next is opened. */
export class DoneScreen extends Component {
    static template = "cognityv_scanning.DoneScreen";
    static components = { AppHeader, ScanBar };
    static props = { session: Object, reload: Function };

    setup() {
        this.document = useState(this.props.session.state);
        this.onCode = (code) => this.env.assetManager.scan(code);
    }

    get isSubmitted() {
        return this.document.payload.state === "submitted";
    }

    home() {
        this.env.assetManager.home();
    }

    chooseNext() {
        this.env.assetManager.go({ screen: "choose", kind: this.document.payload.kind });
    }
}
