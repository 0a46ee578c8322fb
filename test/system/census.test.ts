import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "./cagewright.ts";

/**
 * Daemons of the census in booted systems, one for each mechanism. Cagewright gets only their packages and a request. The daemons of
 * one system share its boot; exim4 and postfix cannot be installed together. The self-test has its own tests.
 */
const systems = [
	// A socket unit that starts programs; with all, many programs at once, among them setgid ones.
	["fcgiwrap", "postfix"],
	// A setuid program that delivers mail; a database, TLS and UDP; the machine's messages; and daemons with the same mechanisms.
	["carbon-cache", "exim4", "gpsd", "mumble-server", "ngircd"],
	["dictd", "journal-gatewayd", "openntpd", "rsyslog", "tftpd-hpa"],
];
const names = systems.flat();

const folder = temporaryFolder("census");
const census = join(import.meta.dirname, "../census/census.sh");
const good = /^(yes|yes\/0|-)$/;

let out: string;
beforeAll(async () => {
	out = await new Promise<string>((resolve, reject) => {
		execFile(
			census,
			["--out", folder, "--jobs", "2", "--discard", "--no-selftest", ...systems.map((own) => own.join("+"))],
			(error, stdout, stderr) => (error && typeof error.code !== "number" ? reject(error) : resolve(stdout + stderr)),
		);
	});
});

test.each(names)("%s is caged at the first try, and runs as a service", (name) => {
	const { deepDropIn, deepHost, deepRun, warnings, ...result } = JSON.parse(
		readFileSync(join(folder, name, "result.json"), "utf8"),
	);
	expect(result, out).toMatchObject({
		host: "yes",
		caged: "yes",
		run: "yes",
		again: "yes",
		hup: expect.stringMatching(good),
		dropIn: "yes",
		reload: expect.stringMatching(good),
		restart: "yes",
	});
	// A deeper request that works on the host must work in the cage, or the result must warn.
	if (deepHost === "yes" && [deepRun, deepDropIn].includes("no")) expect(warnings, out).not.toEqual([]);
});
