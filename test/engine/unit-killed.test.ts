import { expect, test } from "vitest";
import type { Manifest } from "../../src/core/cage/manifest.ts";
import type { Denial } from "../../src/core/detection/denial.ts";
import type { Context } from "../../src/engine/context.ts";
import { killingCall } from "../../src/engine/trial/unit-trial.ts";

const manifest = { entries: [{ path: "/usr/sbin/server" }] } as unknown as Manifest;
const killed = (call: Denial["call"], program = "/usr/sbin/server", time = 1): Denial => {
	return { time, serial: time, pid: 7, uid: 0, name: "server", program, call, result: "killed" };
};

function find(denials: readonly Denial[], status = 0): Promise<string | undefined> {
	const machine = { detection: { denials: () => denials }, services: { state: async () => ({ status }) } };
	return killingCall({ machine } as unknown as Context, "server.service", manifest, 0);
}

test("the newest kill of a program of the cage names the call", async () => {
	expect(await find([killed("bpf", undefined, 2), killed("mount", undefined, 1)])).toBe("bpf");
});

test("kills of other programs and refusals do not count", async () => {
	expect(await find([killed("mount", "/usr/bin/other"), { ...killed("mount"), result: "refused" }])).toBe(undefined);
});

test("without a record, and for the calls of another ABI, only the exit status tells", async () => {
	expect(await find([], 159)).toBe("");
	expect(await find([], 1)).toBe(undefined);
	expect(await find([killed("125")])).toBe("");
});
