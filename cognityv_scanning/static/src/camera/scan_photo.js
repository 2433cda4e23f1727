import { Component, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Sheet } from "../app/sheet/sheet";
import { shrinkPicture } from "./shrink_picture";

const URL_PHOTO = "/cognityv_scanning/photo";

/** A photo of a code, read by the server: for phones that give no camera to the browser. */
export class ScanPhoto extends Component {
    static template = "cognityv_scanning.ScanPhoto";
    static components = { Sheet };
    static props = {
        // Called with the text of each code; of several in one photo, with those that the person touches.
        onCode: Function,
    };

    setup() {
        this.notification = useService("notification");
        this.input = useRef("input");
        this.state = useState({ isBusy: false, codes: [] });
    }

    open() {
        this.input.el.click();
    }

    async onPicture() {
        const [file] = this.input.el.files;
        if (!file) {
            return;
        }
        this.state.isBusy = true;
        try {
            this.give(await this.read(file));
        } finally {
            this.state.isBusy = false;
            // The same photo may be chosen again.
            this.input.el.value = "";
        }
    }

    async read(file) {
        const body = new FormData();
        body.append("csrf_token", odoo.csrf_token);
        body.append("photo", await shrinkPicture(file), file.name);
        let response;
        try {
            response = await browser.fetch(URL_PHOTO, { method: "POST", body });
        } catch {
            return { error: _t("A photo is read by the server, and there is no network: type the code instead.") };
        }
        return this.readResponse(response);
    }

    async readResponse(response) {
        const isJson = response.headers.get("Content-Type")?.includes("json");
        if (isJson) {
            return response.json();
        }
        return { error: _t("The server did not take the photo (%(status)s): type the code instead.", { status: response.status }) };
    }

    give({ codes = [], error }) {
        if (error) {
            this.notification.add(error, { type: "danger" });
        } else if (!codes.length) {
            this.notification.add(_t("No code was found in the photo: go closer, or type the code."), { type: "warning" });
        } else if (codes.length === 1) {
            this.props.onCode(codes[0].text);
        } else {
            this.state.codes = codes;
        }
    }

    choose(code) {
        this.state.codes = this.state.codes.filter((other) => other !== code);
        this.props.onCode(code.text);
    }

    close() {
        this.state.codes = [];
    }
}
