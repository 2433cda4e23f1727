import { _t } from "@web/core/l10n/translation";

/**
 * How each outcome of a scan looks, sounds and feels. They differ in all of these, so that none has to be looked at.
 *
 * - `tones`: [pitch in Hz (0: silence), seconds] one after the other
 * - `vibration`: milliseconds on, off, on …
 */
export const OUTCOMES = {
    accepted: {
        title: _t("Accepted"),
        icon: "fa-check",
        color: "success",
        tones: [[1320, 0.1]],
        vibration: [50],
    },
    unknown: {
        title: _t("Unknown"),
        icon: "fa-question",
        color: "info",
        tones: [[620, 0.12], [0, 0.08], [620, 0.12]],
        vibration: [100, 80, 100],
    },
    // Known, but not which one of it.
    incomplete: {
        title: _t("Number missing"),
        icon: "fa-hashtag",
        color: "info",
        tones: [[620, 0.12], [0, 0.08], [620, 0.12]],
        vibration: [100, 80, 100],
    },
    over: {
        title: _t("Too much"),
        icon: "fa-exclamation-triangle",
        color: "warning",
        tones: [[660, 0.09], [880, 0.09], [1175, 0.09], [880, 0.09], [660, 0.12]],
        vibration: [60, 50, 60, 50, 60, 50, 60],
    },
    refused: {
        title: _t("Refused"),
        icon: "fa-ban",
        color: "danger",
        tones: [[170, 0.5]],
        vibration: [500],
    },
    // Waits for an answer of the server: nothing is said yet.
    waiting: { title: _t("Checking"), icon: "fa-ellipsis-h", color: "secondary", tones: [], vibration: [] },
    opening: { title: _t("Opening"), icon: "fa-ellipsis-h", color: "secondary", tones: [], vibration: [] },
    undone: { title: _t("Taken back"), icon: "fa-undo", color: "secondary", tones: [[440, 0.08]], vibration: [30] },
    left: { title: _t("Not added"), icon: "fa-times", color: "secondary", tones: [], vibration: [] },
};
