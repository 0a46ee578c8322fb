import { readFileSync, renameSync, statSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { cagewright, type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, type Network, privateNetwork } from "./network.ts";
import { processesIn, statusField } from "./processes.ts";

const megabyte = 1024 * 1024;
const state = temporaryState();

/** A separate network, because port 80 may be in use on this machine. */
let network: Network;
beforeAll(async () => {
	network = await privateNetwork();
});

async function send(name: string, signal: string): Promise<void> {
	const sent = await cagewright(["signal", name, signal, "--json"], { state });
	expect(sent).toMatchObject({ status: 0, stderr: "" });
	expect(sent.json).toMatchObject({ schema: "cagewright/signal/1", name, signal: `SIG${signal.replace("SIG", "")}` });
}

describe("nginx as Debian installs it, started as root", () => {
	let made: Made;
	beforeAll(async () => {
		made = await make(["nginx.service", "--name", "web"], { state });
	});

	test("works in a cage made from its unit's name alone, which the record names", () => {
		expectWellMade(made, "web", state);
		expect(made.confinement.user).toBe("root");
		expect(made.accounts.users).toEqual(expect.arrayContaining(["root", "www-data"]));
		expect(made.files).toBeLessThan(30);
		expect(made.bytes).toBeLessThan(16 * megabyte);
		const record = readFileSync(made.record as string, "utf8");
		expect(record).toContain("- systemd unit: `nginx.service`");
		expect(record).toContain("with /usr/sbin/nginx -g 'daemon off; master\\_process on;'");
	});

	test("serves port 80 from inside, reloads on HUP, reopens its logs on USR1, and ends on TERM", async () => {
		const run = startRun("web", { state, enter: network.enter });
		await eventually(() => fetchPage("http://127.0.0.1:80/", network));
		expectServedInside(made, 80, network);

		const workers = () => processesIn(made.root).filter((pid) => statusField(pid, "Uid").split("\t")[0] !== "0");
		const [before] = workers();
		expect(before).toBeDefined();
		await send("web", "HUP");
		await eventually(() => expect(workers()).not.toContain(before));
		await eventually(() => fetchPage("http://127.0.0.1:80/", network));

		const log = `${made.data}/var/log/nginx/access.log`;
		renameSync(log, `${log}.1`);
		await send("web", "SIGUSR1");
		await eventually(() => statSync(log));
		// The master creates the new log before its workers use it.
		await eventually(async () => {
			await fetchPage("http://127.0.0.1:80/?after-rotation", network);
			expect(readFileSync(log, "utf8")).toContain("after-rotation");
		});
		expectServedInside(made, 80, network);
		expect((await run.stop()).status).toBe(0);
	});

	test("gets no signal while it does not run", async () => {
		const { status, stderr } = await cagewright(["signal", "web", "HUP"], { state });
		expect(status).toBe(1);
		expect(stderr).toMatch(/^cagewright: .*is not running.*\n$/);
	});
});
