/* global ZXing */
import { after } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { loadJS } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";

// Bars and spaces by turns, narrow and wide.
const CODE_39 = { L: "nnwnnnnww", T: "nnnnwnwwn", "*": "nwnnwnwnn" };

/** A camera that sees a sheet of paper, on which codes can be laid. */
export class FakeCamera {
    static async install() {
        await loadJS("/web/static/lib/zxing-library/zxing-library.js");
        const camera = new FakeCamera();
        patchWithCleanup(browser.navigator, {
            mediaDevices: {
                getUserMedia: async (constraints) => camera.start(constraints),
                enumerateDevices: async () => camera.devices,
            },
        });
        return camera;
    }

    constructor(width = 320, height = 240) {
        this.canvas = Object.assign(document.createElement("canvas"), { width, height });
        this.context = this.canvas.getContext("2d");
        this.devices = [{ kind: "audioinput", label: "" }, { kind: "videoinput", label: "Back" }];
        this.tracks = [];
        this.capabilities = {};
        this.constraints = [];
        this.clear();
    }

    start() {
        if (this.failure) {
            throw this.failure;
        }
        const stream = this.canvas.captureStream(30);
        const [track] = stream.getVideoTracks();
        track.getCapabilities = () => this.capabilities;
        track.applyConstraints = async (constraints) => this.constraints.push(constraints);
        this.tracks.push(track);
        // A canvas gives a picture only when something is painted.
        const timer = setInterval(() => this.paintFrame(), 40);
        after(() => clearInterval(timer));
        return stream;
    }

    get isOn() {
        return this.tracks.some((track) => track.readyState === "live");
    }

    /** Lay a QR code on the paper. */
    showQr(text, { size = 110, x = null, y = null } = {}) {
        const matrix = new ZXing.MultiFormatWriter().encode(text, ZXing.BarcodeFormat.QR_CODE, size, size, null);
        const left = x ?? (this.canvas.width - matrix.getWidth()) / 2;
        const top = y ?? (this.canvas.height - matrix.getHeight()) / 2;
        this.paint = () => {
            for (let column = 0; column < matrix.getWidth(); column++) {
                for (let row = 0; row < matrix.getHeight(); row++) {
                    if (matrix.get(column, row)) {
                        this.context.fillRect(left + column, top + row, 1, 1);
                    }
                }
            }
        };
        this.paintFrame();
    }

    /** Lay bars on the paper: the letters of CODE_39. ZXing in the browser reads bars, but does not write them. */
    showBars(text) {
        const widths = [...`*${text}*`].map((letter) => CODE_39[letter]).join("n");
        this.paint = () => {
            let x = (this.canvas.width - widths.length * 3) / 2;
            [...widths].forEach((width, index) => {
                const pixels = width === "w" ? 6 : 2;
                if (index % 2 === 0) {
                    this.context.fillRect(x, 90, pixels, 60);
                }
                x += pixels;
            });
        };
        this.paintFrame();
    }

    clear() {
        this.paint = () => {};
        this.paintFrame();
    }

    paintFrame() {
        this.context.fillStyle = "white";
        this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
        this.context.fillStyle = "black";
        this.paint();
    }
}
