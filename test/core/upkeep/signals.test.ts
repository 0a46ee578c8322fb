import { expect, test } from "vitest";
import { serverSignals } from "../../../src/core/upkeep/signals.ts";

test("a known server that reads its configuration at the start alone is told from one that nobody knows", () => {
	expect(serverSignals(["/usr/sbin/nginx"])).toMatchObject({ reload: "HUP", reopen: "USR1" });
	expect(serverSignals(["/usr/sbin/nginx"])?.forLogs).toEqual(["chown", "dac_override"]);
	expect(serverSignals(["/usr/sbin/dnsmasq"])).toEqual({ reopen: "USR2" });
	expect(serverSignals(["/usr/sbin/mariadbd"])?.reload).toBeUndefined();
	expect(serverSignals(["/opt/own/service"])).toBeUndefined();
});
