import { expect, test } from "vitest";
import { type Requirement, requirements } from "../../src/install/ports.ts";
import { isLong, some } from "../long.ts";
import { cagewright, temporaryState } from "./cagewright.ts";
import { hiding } from "./hiding.ts";
import { ordinaryUser, readableProgram } from "./ordinary.ts";

type Reported = Requirement & { readonly ok: boolean; readonly means: string; readonly advice?: string };
const state = temporaryState();

async function findings(enter: readonly string[] = []) {
	const { json, status } = await cagewright(["doctor", "--json"], { state, enter });
	const all = json.findings as readonly Reported[];
	const of = (what: Requirement["what"]) => all.find((one) => one.what === what);
	return { status, all, of };
}

test("doctor names each requirement, its state and its purpose", async () => {
	const { all, of, status } = await findings();
	expect(all.map(({ what }) => what)).toEqual(requirements);
	expect(status).toBe(0);
	for (const { advice, means, state: found } of all) {
		expect(means.length).toBeGreaterThan(3);
		expect(advice === undefined).toBe(found === "ok");
	}
	// The tests themselves require these.
	for (const what of ["root", "strace", "util-linux", "overlay", "namespaces", "seccomp"] as const) {
		expect(of(what)).toMatchObject({ state: "ok", ok: true });
	}
	const text = await cagewright(["doctor"], { state });
	for (const what of requirements) expect(text.stdout).toContain(` ${what} `);
});

test.runIf(isLong)("doctor says in words that systemd does not run", async () => {
	const enter = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", 'mount -t tmpfs none /run; exec "$@"', "sh"];
	const { of } = await findings(enter);
	expect(of("systemd")).toMatchObject({ state: "note", found: expect.stringMatching(/^systemd \d+$/), notRunning: true });
	expect(await cagewright(["doctor"], { state, enter })).toMatchObject({ stdout: / systemd \d+, not running / });
});

test.runIf(isLong)("doctor says what an older systemd lacks", async () => {
	const older = `mount -t tmpfs none /run; mkdir -p /run/systemd/system
		printf '#!/bin/sh\necho "systemd 252 (252.39)"\n' >/run/systemctl; chmod 755 /run/systemctl
		mount --bind /run/systemctl /usr/bin/systemctl; exec "$@"`;
	const { of } = await findings(["unshare", "--mount", "--propagation", "private", "sh", "-euc", older, "sh"]);
	expect(of("systemd")).toMatchObject({ state: "note", found: "systemd 252", advice: expect.stringContaining("257") });
	expect(of("systemd")).toMatchObject({ advice: expect.not.stringContaining("boot with systemd") });
});

test.each(
	some(1, [
		["sys_admin", ["namespaces", "overlay"], { found: /not permitted/, advice: /container/ }],
		["net_admin", ["namespaces"], { found: /CAP_NET_ADMIN/ }],
	] as const),
)("doctor tries what needs the capability %s, and so notices that it is missing", async (name, tried, expected) => {
	const { of, status } = await findings(["setpriv", `--bounding-set=-${name}`, `--inh-caps=-${name}`]);
	expect(status).toBe(3);
	for (const what of tried) expect(of(what)).toMatchObject({ state: "missing", ...expected });
});

test("without unshare nothing can be traced or started", async () => {
	const { of, status } = await findings(hiding("/usr/bin/unshare"));
	expect(of("util-linux")).toMatchObject({
		state: "missing",
		package: "util-linux",
		found: expect.stringContaining("(- unshare)"),
		advice: expect.stringContaining("install the package util-linux"),
	});
	expect([of("namespaces")?.state, status]).toEqual(["ok", 3]);
});

test("an optional program is named with its package and does not change the exit status", async () => {
	const { of, status } = await findings(hiding("/usr/sbin/getcap"));
	expect(of("getcap")).toMatchObject({ state: "weaker", package: "libcap2-bin", advice: expect.stringContaining("libcap") });
	expect(status).toBe(0);
});

test("an ordinary user gets the command for root, and nothing is installed", async () => {
	const user = ordinaryUser(readableProgram());
	const enter = [...hiding("/usr/bin/strace"), ...user.enter];
	const { status, stderr, stdout } = await cagewright(["doctor", "--fix"], { ...user, enter });
	expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
	expect(stderr).toMatch(
		/^cagewright: Only root can install packages. Run this as root: apt-get install [^\n]*\bstrace\b[^\n]*\n$/,
	);
});
