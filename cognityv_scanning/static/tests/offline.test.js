import { describe, expect, test } from "@odoo/hoot";
import { queryAll, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { makeMockServer, mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { WORKER_STATE, WorkerService } from "@bus/services/worker_service";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { AssetsLoadingError } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { router } from "@web/core/browser/router";
import { UncaughtPromiseError } from "@web/core/errors/error_service";
import { keepPage, registerScopedWorker } from "@cognityv_scanning/offline/kept_page";
import { noNetworkHandler } from "@cognityv_scanning/offline/no_network";

defineMailModels();

describe("the kept page", () => {
    test("the service worker is asked to keep it, with who is before it", async () => {
        const active = { postMessage: (message) => expect.step(message) };
        patchWithCleanup(browser.navigator, { serviceWorker: { ready: Promise.resolve({ active }) } });
        await keepPage(7, "shop");
        expect.verifySteps([{ type: "cognityv_scanning.keep", uid: 7, db: "shop" }]);
    });

    test("without service worker nothing is kept, and nothing fails", async () => {
        patchWithCleanup(browser.navigator, { serviceWorker: undefined });
        await keepPage(7, "shop");
        await registerScopedWorker();
        expect(browser.navigator.serviceWorker).toBe(undefined);
    });

    test("the app on the home screen has a service worker of its own", async () => {
        const serviceWorker = { register: async (script, { scope }) => expect.step([script, scope]) };
        patchWithCleanup(browser.navigator, { serviceWorker });
        patchWithCleanup(browser, { location: { pathname: "/odoo/asset-manager" } });
        await registerScopedWorker();
        expect.verifySteps([]);
        patchWithCleanup(browser, { location: { pathname: "/scoped_app/asset-manager" } });
        await registerScopedWorker();
        expect.verifySteps([["/cognityv_scanning/service-worker.js", "/scoped_app/asset-manager"]]);
    });
});

describe("no network on the screen", () => {
    async function openAction(action) {
        patchWithCleanup(router, { current: { actionStack: [{ action }] } });
        const { env } = await mountWithCleanup(MainComponentsContainer);
        return env;
    }

    function isHandled(env, cause) {
        const error = Object.assign(new UncaughtPromiseError(), { cause });
        return noNetworkHandler(env, error, cause);
    }

    test("is said as such while the app is open", async () => {
        const env = await openAction("asset-manager");
        expect(isHandled(env, new TypeError("Failed to fetch"))).toBe(true);
        expect(isHandled(env, new AssetsLoadingError("The loading of /x failed"))).toBe(true);
        expect(isHandled(env, new ConnectionLostError("/mail/data"))).toBe(true);
        await animationFrame();
        expect(".o_notification").toHaveCount(0, { message: "nothing hides what the app says" });
    });

    test("is said for a moment when the person has asked for something", async () => {
        const env = await openAction("stock-management");
        expect(isHandled(env, new ConnectionLostError("/web/dataset/call_kw/stock.scan.session/open_for"))).toBe(true);
        await waitFor(".o_notification:contains(There is no network)");
        for (let tries = 0; tries < 20 && queryAll(".o_notification").length; tries++) {
            await advanceTime(10000);
            await animationFrame();
        }
        expect(".o_notification").toHaveCount(0);
    });

    test("other faults, and other screens, are left to Odoo", async () => {
        const env = await openAction("asset-manager");
        expect(isHandled(env, new TypeError("x is undefined"))).toBe(false);
        expect(isHandled(env, undefined)).toBe(false);
        patchWithCleanup(router, { current: { actionStack: [{ action: "sales" }] } });
        expect(isHandled(env, new TypeError("Failed to fetch"))).toBe(false);
        patchWithCleanup(router, { current: {} });
        expect(isHandled(env, new TypeError("Failed to fetch"))).toBe(false);
    });
});

describe("the worker of Odoo's bus", () => {
    function makeService() {
        const service = Object.create(WorkerService.prototype);
        return Object.assign(service, {
            _state: WORKER_STATE.INITIALIZING,
            isUsingSharedWorker: true,
            startWorker: () => expect.step("started"),
        });
    }

    test("is started again when there was no server", async () => {
        await makeMockServer();
        let isThere = false;
        onRpc(
            "/web/webclient/version_info",
            () => (isThere ? { jsonrpc: "2.0", result: {} } : new Response("", { status: 502 })),
            { pure: true }
        );
        const service = makeService();
        await service.onInitError({});
        expect.verifySteps([]);
        await advanceTime(1000);
        expect.verifySteps(["started"]);
        expect(service.isUsingSharedWorker).toBe(true);

        isThere = true;
        await service.onInitError({});
        expect.verifySteps(["started"]);
        expect(service.isUsingSharedWorker).toBe(false, { message: "what Odoo does about browsers without it" });
    });
});
