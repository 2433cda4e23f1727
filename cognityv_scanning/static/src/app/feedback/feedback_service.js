import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { OUTCOMES } from "./outcomes";

const SETTINGS = ["sound", "vibration"];
const storageKey = (name) => `cognityv_scanning.${name}`;
const isOn = (name) => browser.localStorage.getItem(storageKey(name)) !== "off";

/** Sounds made on the spot: nothing to load, so they work without network. */
class TonePlayer {
    play(tones) {
        this.context ||= new browser.AudioContext();
        // Browsers let a page sound once a person has touched it.
        if (this.context.state === "suspended") {
            this.context.resume();
        }
        let at = this.context.currentTime;
        for (const [pitch, seconds] of tones) {
            if (pitch) {
                this.playTone(pitch, at, seconds);
            }
            at += seconds;
        }
    }

    playTone(pitch, at, seconds) {
        const oscillator = this.context.createOscillator();
        const volume = this.context.createGain();
        oscillator.type = "square";
        oscillator.frequency.value = pitch;
        volume.gain.setValueAtTime(0.2, at);
        // A tone that ends at once clicks.
        volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
        oscillator.connect(volume).connect(this.context.destination);
        oscillator.start(at);
        oscillator.stop(at + seconds);
    }
}

export const scanFeedbackService = {
    /**
     * Tells the outcome of a scan by sound and vibration.
     *
     * `tell(outcome)`: one of the keys of OUTCOMES · `settings`: {sound, vibration}, reactive, kept on this device ·
     * `toggle(name)` switches one of them.
     */
    start() {
        const player = new TonePlayer();
        const settings = reactive(Object.fromEntries(SETTINGS.map((name) => [name, isOn(name)])));

        function tell(outcome) {
            const { tones, vibration } = OUTCOMES[outcome];
            if (settings.sound && tones.length) {
                player.play(tones);
            }
            if (settings.vibration && vibration.length) {
                browser.navigator.vibrate?.(vibration);
            }
        }

        function toggle(name) {
            settings[name] = !settings[name];
            browser.localStorage.setItem(storageKey(name), settings[name] ? "on" : "off");
        }

        return { settings, tell, toggle };
    },
};

registry.category("services").add("scan_feedback", scanFeedbackService);
