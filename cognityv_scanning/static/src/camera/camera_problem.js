import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

/**
 * Why there is no picture, and what to do about it. Core gives a sentence that says neither; what happened is told by
 * what the browser lets us know of its cameras.
 *
 * @returns {Promise<{title: string, advice: string}>}
 */
export async function explainMissingCamera() {
    if (!browser.navigator.mediaDevices?.getUserMedia) {
        return window.isSecureContext ? sayNoSupport() : sayInsecure();
    }
    const devices = await browser.navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter((device) => device.kind === "videoinput");
    if (!cameras.length) {
        return sayNoCamera();
    }
    // Names of cameras are shown to who may use one.
    return cameras.some((camera) => camera.label) ? sayBusy() : sayRefused();
}

function sayInsecure() {
    return {
        title: _t("No camera on this address"),
        advice: _t("Browsers give the camera only to addresses that begin with https. Open Odoo there, or take a photo of the code, or type it."),
    };
}

function sayNoSupport() {
    return {
        title: _t("This browser has no camera"),
        advice: _t("Take a photo of the code, or type it, or open Odoo in a newer browser."),
    };
}

function sayNoCamera() {
    return {
        title: _t("No camera found"),
        advice: _t("Connect a camera and try again, or use a hand scanner, or type the code."),
    };
}

function sayRefused() {
    return {
        title: _t("The camera is not allowed"),
        advice: _t("Touch the lock or the camera beside the address, allow the camera, and try again. Or take a photo of the code."),
    };
}

function sayBusy() {
    return {
        title: _t("The camera does not start"),
        advice: _t("Another app may be using it: close that app and try again. Or take a photo of the code."),
    };
}
