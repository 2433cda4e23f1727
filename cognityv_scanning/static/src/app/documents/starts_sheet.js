import { Component, useState } from "@odoo/owl";
import { Sheet } from "../sheet/sheet";

/** A code that may be several things: the person chooses. */
export class StartsSheet extends Component {
    static template = "cognityv_scanning.StartsSheet";
    static components = { Sheet };
    // What `useStarts` gives.
    static props = { starts: Object };

    setup() {
        this.state = useState(this.props.starts.state);
    }
}
