import { useEffect } from "@odoo/owl";
import { barcodeService } from "@barcodes/barcode_service";
import { useService } from "@web/core/utils/hooks";

/**
 * Hand scanners type. Odoo's barcode service leaves what is typed into a field alone, or (data-enable-barcode) in the
 * field as well as scanned, and not even that in Chrome on phones. In fields of ours a scan is taken out of the field
 * again and told on the bus of the barcode service, as if no field had the focus.
 *
 * What is typed this quickly was not typed by a person. Faster than what the barcode service takes for a scan, as
 * there it has no field to be confused with.
 */
export const fieldScans = { maxTimeBetweenKeysInMs: 50 };

// A scan that ends with Enter or Tab is told from typing by that; one that just ends has to look like a code.
const MIN_LENGTH = 3;
const LOOKS_LIKE_CODE = /^(?=.*\d)\S{6,}$/;

const isField = (element) => element.matches("input:not([type=checkbox]):not([type=file]), textarea");
const isEnd = (key) => key === "Enter" || key === "Tab";
const isTyped = (key) => key.length === 1 || ["Unidentified", "Control", "Alt"].includes(key);

export class FieldScanCatcher {
    /** @param {(barcode: string, field: HTMLElement) => void} onScan */
    constructor(onScan) {
        this.onScan = onScan;
        this.burst = null;
    }

    onKeydown(ev) {
        if (!ev.key || !isField(ev.target)) {
            return;
        }
        clearTimeout(this.timeout);
        if (isEnd(ev.key)) {
            this.end(ev);
        } else if (isTyped(ev.key)) {
            this.add(ev);
        } else if (ev.key !== "Shift") {
            this.burst = null;
        }
    }

    /** Whether the key follows the last one as quickly as only a machine types. */
    continues(ev) {
        const { burst } = this;
        return burst?.field === ev.target && ev.timeStamp - burst.lastKeyAt <= fieldScans.maxTimeBetweenKeysInMs;
    }

    add(ev) {
        if (!this.continues(ev)) {
            const { value, selectionStart, selectionEnd } = ev.target;
            this.burst = { field: ev.target, keys: "", value, start: selectionStart, end: selectionEnd };
        }
        this.burst.keys += ev.key;
        this.burst.lastKeyAt = ev.timeStamp;
        this.timeout = setTimeout(
            () => this.finish((text) => LOOKS_LIKE_CODE.test(text)),
            barcodeService.maxTimeBetweenKeysInMs
        );
    }

    end(ev) {
        if (this.continues(ev) && this.finish((text) => text.length >= MIN_LENGTH)) {
            ev.preventDefault();
            ev.stopPropagation();
        }
        this.burst = null;
    }

    /**
     * @param {(text: string) => boolean} isScan
     * @returns {boolean} whether it was one
     */
    finish(isScan) {
        const burst = this.burst;
        this.burst = null;
        const barcode = burst && this.read(burst);
        if (!barcode || !isScan(barcode)) {
            return false;
        }
        this.restore(burst);
        this.onScan(barcode, burst.field);
        return true;
    }

    /** Keyboards of phones do not say which key was pressed: then what has come into the field counts. */
    read({ field, keys, value, start, end }) {
        if (keys.includes("Unidentified")) {
            return field.value.slice(start, field.value.length - (value.length - end));
        }
        return barcodeService.cleanBarcode(keys);
    }

    restore({ field, value, start, end }) {
        if (field.value !== value) {
            field.value = value;
            field.setSelectionRange(start, end);
            field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
    }
}

/** Scans that go into a field below the element of the ref arrive as scans. */
export function useFieldScans(ref) {
    const { bus } = useService("barcode");
    const catcher = new FieldScanCatcher((barcode, target) => bus.trigger("barcode_scanned", { barcode, target }));
    const onKeydown = (ev) => catcher.onKeydown(ev);
    useEffect(
        (el) => {
            el.addEventListener("keydown", onKeydown, { capture: true });
            return () => el.removeEventListener("keydown", onKeydown, { capture: true });
        },
        () => [ref.el]
    );
}
