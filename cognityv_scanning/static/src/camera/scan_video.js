import { BarcodeVideoScanner } from "@web/core/barcode/barcode_video_scanner";
import { RepeatGuard } from "./repeat_guard";
import { SquareOverlay } from "./square_overlay";

// A QR code is looked for in 7 ms; all that ZXing knows takes it half a second when there is nothing to be seen.
const QR_ONLY = ["qr_code"];
// Cameras give 640 × 480 unless asked: with this a label is read from twice as far.
const SHARPNESS = { width: { ideal: 1280 }, height: { ideal: 720 } };
const PAUSED_MS = 200;

/**
 * The picture of the camera, in which codes are looked for again and again.
 *
 * Odoo's own scanner does the work (the browser's detector or ZXing). Here it reads on after a code, tells each code
 * once while it stays in view, and looks for QR codes only unless it is told to look for bars as well.
 */
export class ScanVideo extends BarcodeVideoScanner {
    static components = { CropOverlay: SquareOverlay };
    static props = {
        ...BarcodeVideoScanner.props,
        isPaused: Boolean,
        readsBars: Boolean,
        // Called with the video track, once there is a picture.
        onTrack: Function,
    };
    static defaultProps = { cssClass: "w-100 h-100 object-fit-cover" };

    setup() {
        super.setup();
        this.guard = new RepeatGuard();
    }

    /** @override */
    async isVideoReady() {
        const isReady = await super.isVideoReady();
        if (isReady) {
            const [track] = this.stream.getVideoTracks();
            this.videoPreviewRef.el.addEventListener("resize", () => this.onResize(this.overlayInfo));
            // A camera that cannot do it goes on as it is.
            track.applyConstraints(SHARPNESS).catch(() => {});
            this.props.onTrack(track);
        }
        return isReady;
    }

    /** @override */
    async detectCode() {
        if (this.props.isPaused) {
            this.detectorTimeout = setTimeout(() => this.detectCode(), PAUSED_MS);
            return;
        }
        await this.chooseFormats();
        this.guard.startFrame();
        await super.detectCode();
    }

    async chooseFormats() {
        const { readsBars } = this.props;
        if (this.readsBars === readsBars) {
            return;
        }
        this.readsBars = readsBars;
        const Detector = this.detector.constructor;
        const formats = readsBars ? await Detector.getSupportedFormats() : QR_ONLY;
        this.detector = new Detector({ formats });
        this.onResize(this.overlayInfo);
    }

    /** @override */
    barcodeDetected(text) {
        if (this.guard.isNew(text)) {
            super.barcodeDetected(text);
        }
    }

    /** @override between the picture as it is shown, which fills its box and is cut there, and as the camera gives it */
    adaptValuesWithRatio({ x, y, width, height }, isToCamera = false) {
        const { videoWidth, videoHeight, clientWidth, clientHeight } = this.videoPreviewRef.el;
        const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight);
        const left = (videoWidth * scale - clientWidth) / 2;
        const top = (videoHeight * scale - clientHeight) / 2;
        return isToCamera
            ? { x: (x + left) / scale, y: (y + top) / scale, width: width / scale, height: height / scale }
            : { x: x * scale - left, y: y * scale - top, width: width * scale, height: height * scale };
    }
}
