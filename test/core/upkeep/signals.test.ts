import { expect, test } from "vitest";
import { serverSignals } from "../../../src/core/upkeep/signals.ts";

test("a known server that reads its configuration only at its start differs from an unknown program", () => {
	expect(serverSignals(["/usr/sbin/nginx"])).toMatchObject({ reload: "HUP", reopen: "USR1" });
	expect(serverSignals(["/usr/sbin/nginx"])?.forLogs).toEqual(["chown", "dac_override"]);
	expect(serverSignals(["/usr/sbin/dnsmasq"])).toEqual({ reopen: "USR2" });
	expect(serverSignals(["/usr/sbin/mariadbd"])?.reload).toBeUndefined();
	expect(serverSignals(["/opt/own/service"])).toBeUndefined();
});
