import { useEffect } from "@odoo/owl";
import { CropOverlay } from "@web/core/barcode/crop_overlay";

const SHARE = 0.8;

/**
 * The box in which a code is looked for: a square in the middle.
 *
 * Core's is a flat strip made for bars, which the person can change and which is remembered; a QR code that is higher
 * than the strip is never read, and nothing says why.
 */
export class SquareOverlay extends CropOverlay {
    static template = "cognityv_scanning.SquareOverlay";

    setup() {
        super.setup();
        useEffect(() => this.followSize(), () => []);
    }

    /** The phone is turned, or something opens beside the camera. */
    followSize() {
        const observer = new ResizeObserver(() => this.setupCropRect());
        observer.observe(this.cropContainerRef.el);
        return () => observer.disconnect();
    }

    /** @override neither reads nor writes the box that core remembers for its own dialog */
    computeDefaultPoint() {
        const { width, height } = this.cropContainerRef.el.firstChild.getBoundingClientRect();
        const half = (Math.min(width, height) * SHARE) / 2;
        this.relativePosition = { x: width / 2 + half, y: height / 2 + half };
    }

    /** @override */
    executeOnResizeCallback() {
        const { x, y } = this.getTransparentRec(this.relativePosition, this.boundaryOverlay);
        const { width, height } = this.boundaryOverlay;
        this.props.onResize({ x, y, width: width - 2 * x, height: height - 2 * y });
    }
}
