import { Component, useExternalListener, useState } from "@odoo/owl";
import { BarcodeScanner } from "@barcodes/components/barcode_scanner";
import { browser } from "@web/core/browser/browser";
import { isAndroidApp, isIosApp } from "@web/core/browser/feature_detection";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { explainMissingCamera } from "./camera_problem";
import { ScanVideo } from "./scan_video";

const READS_BARS = "cognityv_scanning.camera_reads_bars";

/**
 * The camera of the phone, which gives one code after the other.
 *
 * In Odoo's mobile app, whose own scanner takes over core's scan button, that button stands here.
 */
export class ScanCamera extends Component {
    static template = "cognityv_scanning.ScanCamera";
    static components = { BarcodeScanner, ScanVideo };
    static props = {
        // Called with the text of each code, once while it stays in view.
        onCode: Function,
        // The picture stays, codes are not read.
        paused: { type: Boolean, optional: true },
    };
    static defaultProps = { paused: false };

    setup() {
        this.isMobileApp = isAndroidApp() || isIosApp();
        this.state = useState({
            attempt: 0,
            isHidden: document.hidden,
            isReady: false,
            problem: null,
            readsBars: browser.localStorage.getItem(READS_BARS) === "1",
            hasTorch: false,
            isLit: false,
        });
        // A camera that nobody sees costs battery, and other apps wait for it.
        useExternalListener(document, "visibilitychange", () => this.onVisibility());
        if (!this.isMobileApp && !isBarcodeScannerSupported()) {
            this.onError();
        }
    }

    onVisibility() {
        this.state.isHidden = document.hidden;
        this.forgetCamera();
    }

    forgetCamera() {
        Object.assign(this.state, { isReady: false, hasTorch: false, isLit: false });
    }

    /** @param {MediaStreamTrack} track */
    onTrack(track) {
        this.track = track;
        this.state.isReady = true;
        this.state.hasTorch = Boolean(track.getCapabilities?.().torch);
        track.addEventListener("ended", () => this.onEnded(track));
    }

    /** The phone gave the camera to somebody else. */
    onEnded(track) {
        if (track === this.track) {
            this.forgetCamera();
            this.onError();
        }
    }

    /** A camera that gives pictures goes on: a code that is seen badly is an error for ZXing, and just not read. */
    async onError() {
        if (!this.state.isReady && !this.state.isHidden) {
            this.state.problem = await explainMissingCamera();
        }
    }

    tryAgain() {
        this.state.problem = null;
        this.state.attempt++;
        if (!isBarcodeScannerSupported()) {
            this.onError();
        }
    }

    async toggleTorch() {
        const torch = !this.state.isLit;
        await this.track.applyConstraints({ advanced: [{ torch }] });
        this.state.isLit = torch;
    }

    toggleBars() {
        this.state.readsBars = !this.state.readsBars;
        browser.localStorage.setItem(READS_BARS, this.state.readsBars ? "1" : "0");
    }
}
