import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isLong } from "../../long.ts";
import { cagewright, type Json, temporaryFolder, temporaryState } from "../cagewright.ts";
import { ask, freePort, privateNetwork } from "../network.ts";
import { ordinaryUser, readableProgram } from "../ordinary.ts";

/** An application that looks around in the network, once on the machine and in each run of `make`. */

const folder = temporaryFolder("network");
fs.chmodSync(folder, 0o755);
const script = join(folder, "look-around.py");
fs.copyFileSync(fileURLToPath(new URL("look-around.py", import.meta.url)), script);

const onMachine: Json = JSON.parse(execFileSync("python3", [script], { encoding: "utf8" }));
const unreachable = ["ENETUNREACH", "EHOSTUNREACH"];

/** The machine, or if it has nothing but a loopback, one with further addresses, so that an application finds some. */
function withAddresses(machine: Json): Json {
	if (machine.addresses.some(([name]: string[]) => name !== "lo")) return machine;
	const addresses = ["127.0.0.1", "192.0.2.1", "2001:db8::1", "::1"].map((address) => ["lo", address]);
	return { ...machine, addresses, configured: [["127.0.0.1"], ["::1"]] };
}

/** Expects the network of a machine, and refusals at once, in every run that answered. Returns their number. */
function expectNetwork(report: string, machine: Json = onMachine): number {
	const runs = fs
		.readFileSync(report, "utf8")
		.trim()
		.split("\n")
		.map((line): Json => JSON.parse(line));
	for (const { alone, same } of runs) {
		expect(same).toEqual(withAddresses(machine));
		for (const outcome of alone.tcp) expect([...unreachable, "EAFNOSUPPORT", "EADDRNOTAVAIL"]).toContain(outcome);
		expect(alone.tcp[0]).toBe("ENETUNREACH");
		expect(alone.name).toMatch(/^gaierror/);
	}
	return runs.length;
}

const options = ["--user", "nobody", "--allow", "kernel-proc", "--yes"];
const words = (port: number, report: string) => [
	"--probe",
	`curl -fsS --noproxy '*' -m 300 http://127.0.0.1:${port}/ >>${report} && echo >>${report}`,
	"--timeout",
	"300",
	"--",
	"/usr/bin/python3",
	script,
	String(port),
];

test("an application finds the machine's network in the sandbox and in a trial, and reaches no other machine", async () => {
	const [port, report, state] = [await freePort(), join(folder, "report"), temporaryState()];
	const made = await cagewright(["make", "--name", "look", ...options, ...words(port, report)], { state });
	expect(made).toMatchObject({ status: 0 });
	// Two traced runs and a trial.
	expect(expectNetwork(report)).toBeGreaterThanOrEqual(3);
});

test("on a machine with nothing but a loopback, it finds addresses there", async () => {
	const [port, report, state] = [await freePort(), join(folder, "report-of-loopback"), temporaryState()];
	const network = await privateNetwork();
	const { output } = await ask(["python3", script], network);
	const machine: Json = JSON.parse(output);
	const made = await cagewright(["make", "--name", "look", ...options, ...words(port, report)], { state, enter: network.enter });
	expect(made).toMatchObject({ status: 0 });
	expect(expectNetwork(report, machine)).toBeGreaterThanOrEqual(3);
});

test.runIf(isLong)("an ordinary user's application finds it, too", async () => {
	const port = await freePort();
	const report = join(folder, "report-of-user");
	fs.writeFileSync(report, "");
	fs.chmodSync(report, 0o666);
	const traced = await cagewright(["trace", "--name", "look", ...words(port, report)], {
		...ordinaryUser(readableProgram()),
	});
	expect(traced).toMatchObject({ status: 0 });
	expect(expectNetwork(report), traced.stderr).toBeGreaterThanOrEqual(2);
});
