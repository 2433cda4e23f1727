import { Component, useState } from "@odoo/owl";
import { useBus, useService } from "@web/core/utils/hooks";
import { ScanCamera } from "../../camera/scan_camera";
import { ScanPhoto } from "../../camera/scan_photo";
import { TypeCode } from "./type_code";

/** The lower edge of each screen: all the ways for a code to get in, and the screen's main action (default slot). */
export class ScanBar extends Component {
    static template = "cognityv_scanning.ScanBar";
    static components = { ScanCamera, ScanPhoto, TypeCode };
    static props = {
        // Called with each code, however it came in.
        onCode: Function,
        // async (text) → suggestions: [{key, title, detail, pick}]
        suggest: { type: Function, optional: true },
        // While true, the camera looks but does not read: something waits for the person's answer.
        isPaused: { type: Boolean, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.state = useState({ hasCamera: false, isTyping: false });
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => this.onScan(detail.barcode));
    }

    /** Who scans has done with typing. */
    onScan(code) {
        this.state.isTyping = false;
        this.props.onCode(code);
    }

    toggleCamera() {
        this.state.hasCamera = !this.state.hasCamera;
    }

    startTyping() {
        this.state.isTyping = true;
    }

    stopTyping() {
        this.state.isTyping = false;
    }
}
