import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { inProcess, temporaryState } from "./cagewright.ts";

/** An impossible rule is reported in one line before anything starts. */

const command = [
	"--probe",
	"curl -fsS --noproxy '*' http://127.0.0.1:8125/",
	"--",
	"/usr/bin/python3",
	"-m",
	"http.server",
	"8125",
];

test.each([
	["--include", "srv/shop", 2],
	["--include", "/nowhere/shop", 2],
	["--include", "/etc/nothing-*.here", 2],
	["--device", "dev/null", 2],
	["--device", "/dev/nothing-here", 2],
	["--device", "/etc/passwd", 2],
	["--writable", "srv/shop", 2],
	["--writable", "/etc/passwd", 4],
	["--writable", "/proc/sys", 4],
])("%s %s", async (option, value, status) => {
	const state = temporaryState();
	for (const verb of [["make", "--yes"], ["make", "--dry-run"], ["trace"]]) {
		const result = await inProcess([...verb, "--events", "--name", "wrong", option, value, ...command], { state });
		expect(result).toMatchObject({ status, stdout: "" });
		expect(result.stderr).toMatch(/^cagewright: [^\n]*\n$/);
		expect(result.stderr).toContain(value);
	}
	expect(existsSync(`${state}/cages/wrong`)).toBe(false);
});

test("make needs no parameter whose command was given instead, and repeats the command", async () => {
	const values = ["--set", "port=11211", "--set", "send=version", "--set", "expect=VERSION"];
	const request = ["make", "network-daemon", "--name", "cache", ...values, "--dry-run", "--json", "--", "/bin/sleep", "1"];
	const { json, status } = await inProcess(request, { state: temporaryState() });
	expect(status).toBe(0);
	expect(json.command).toContain(
		"make network-daemon --set port=11211 --set send=version --set expect=VERSION --name cache --yes -- /bin/sleep 1",
	);
});
