import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parseAttempts } from "../../src/selftest/outcomes.ts";
import type { Selftest } from "../../src/selftest/verdict.ts";
import { bundle } from "../bundle.ts";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import type { Json } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { placePlain, placeWriter } from "./placed-services.ts";

/** Tries escapes under the units used in production, on a booted systemd. */

let system: Booted;
/** redis starts as an account and nginx as root, both without Cagewright's init. The third service has the init. */
const cages = { redis: "redis-server", nginx: "nginx", plain: "plain" } as const;
const state = "/var/lib/cagewright";
const pages = "http://127.0.0.1";

beforeAll(async () => {
	system = await boot();
	placePlain(system.tree);
	placeWriter(system.tree);
	await system.must("systemctl daemon-reload && mkdir /srv/shared && install -d -o daemon /srv/written");
	const probe = `--decoy --probe 'curl -fsS ${pages}:21111/ | grep -qx answered'`;
	for (const [name, service] of Object.entries(cages)) {
		const options = `--name ${name} --no-selftest --yes --quiet ${name === "plain" ? probe : ""}`;
		await system.must(`cagewright make ${service}.service ${options} && cagewright unit ${name} --install`);
	}
	bundleEngine(system.tree);
}, bootTime);

/** No command can omit a setting, so the test calls the engine inside the system. */
function bundleEngine(tree: string): void {
	const contents = [
		'import { systemMachine } from "./src/cli/machine.ts";',
		'import { selftestCage } from "./src/selftest/engine/selftest.ts";',
		"const [name, ...withoutSettings] = process.argv.slice(2);",
		`const context = { machine: systemMachine("${state}"), emit() {}, signal: new AbortController().signal };`,
		"console.log(JSON.stringify(await selftestCage(context, name, { unit: { withoutSettings } })));",
	].join("\n");
	// That package is for a form of the record, which this test does not write.
	bundle(join(tree, "opt/cagewright/without.mjs"), { text: contents }, { external: ["xmlbuilder2"] });
}

async function selftest(words: string): Promise<Json> {
	const { status, stderr, stdout } = await system.run(`cagewright selftest ${words} --json --quiet`);
	if (status === 1 && stdout === "") throw new Error(stderr);
	const { escaped, findings } = status === 1 ? describedJson(stdout) : ({} as Partial<Json>);
	expect({ status, stderr }, `${escaped}; ${findings}`).toEqual({ status: 0, stderr: "" });
	return describedJson(stdout);
}

async function withoutSettings(name: string, settings: readonly string[]): Promise<string[]> {
	const line = `node /opt/cagewright/without.mjs ${name} ${settings.join(" ")}`;
	// On a busy machine it may not finish, and then says so.
	const result: Selftest = JSON.parse(await system.must(`${line} || ${line}`));
	const missing = result.audit.filter(({ id, instead, ok }) => !ok && instead === undefined && id !== "account");
	return [
		...result.ways.filter(({ outcome }) => outcome === "escaped").map(({ id }) => id),
		...missing.flatMap(({ found, id }) => [id, ...found]),
	];
}

/** Tests all techniques. Their control run must be able to escape. */
async function permitsNoEscape(words: string, unit: string, openByDesign: unknown): Promise<void> {
	const result = await selftest(words);
	expect(result).toMatchObject({ holds: true, unit, escaped: [], findings: [], openByDesign });
	expect(result.tried).toBeGreaterThan(120);
	const { after, before } = result.control as { before: number; after: number };
	expect(before).toBeGreaterThan(80);
	expect(after).toBe(before);
}

test("the services run, confined by the confiner first, and one is tested while it runs", async () => {
	for (const name of Object.keys(cages)) {
		await system.must(`systemctl start cage-${name}`);
		const command = await system.query(`systemctl show --value --property=ExecStart cage-${name}`);
		expect(command).toContain("/.launch/cagewright-conf-");
	}
	await eventually(() => system.query(`redis-cli PING && curl -fsS ${pages}/ && curl -fsS ${pages}:21111/`));
	// The test has directories of its own.
	await permitsNoEscape("redis --unit", "cage-redis.service", ["loopback"]);
	await system.query("redis-cli PING");
});

test("decoys in /root are visible in a unit, which locks all homes", async () => {
	await system.query("grep -x ProtectHome=read-only /etc/systemd/system/cage-plain.service");
	const pid = await system.query("systemctl show --property=MainPID --value cage-plain");
	expect(await system.query(`cat /proc/${pid}/root/root/.ssh/id_ed25519`)).toContain("BEGIN OPENSSH PRIVATE KEY");
	await system.must("systemctl stop cage-redis cage-nginx cage-plain");
});

test("a drop-in permits no escape either", async () => {
	await permitsNoEscape("nginx --dropin nginx", "nginx.service", expect.arrayContaining(["loopback"]));
});

test("a unit does not reach the host's loopback without a network", async () => {
	const result = await selftest("nginx --unit --network none");
	expect(result).toMatchObject({ holds: true, escaped: [], findings: [] });
	expect(result.openByDesign).not.toContain("loopback");
});

/** Each setting is left out of one unit, because all units get it from the same lines. The confiner and systemd's settings overlap. */
test.each([
	{ name: "plain", settings: ["PrivatePIDs", "confiner", "NoExecPaths"], caught: ["signal", "pid", "map-written", "noexec"] },
	{
		name: "redis",
		settings: ["PrivateIPC", "SystemCallFilter", "confiner", "UnsetEnvironment"],
		caught: ["shared-memory", "ipc", "key-add", "io-uring", "environment"],
	},
	{
		name: "nginx",
		settings: ["confiner", "ReadOnlyPaths", "ProtectSystem", "CapabilityBoundingSet"],
		caught: ["abstract-by-pair", "code-without-file", "without-landlock", "type-into-terminal", "ro", "capabilities"],
	},
	{ name: "nginx", settings: ["RootDirectory"], caught: ["inside"] },
])("the unit of $name is reported without $settings", async ({ caught, name, settings }) => {
	expect(await withoutSettings(name, settings)).toEqual(expect.arrayContaining(caught));
});

test("the self-test leaves no unit or process, and does not change cage, data and service", async () => {
	const content = () =>
		system.query(`cd ${state}/cages && find . -printf '%p %m %U:%G %T@\\n' | grep -v /launcher | sort && ls -a ${state}/scratch`);
	const before = await content();
	await permitsNoEscape("plain --dropin plain", "plain.service", ["loopback"]);
	expect(await content()).toBe(before);
	expect(await units()).toBe("");
	await system.query("! test -e /srv/touched && ! pgrep cagewright-dec");
});

const units = () =>
	system.query(
		"systemctl list-units --all --plain --no-legend 'cagewright-selftest*'; ls /run/systemd/system | grep selftest || :",
	);

/** Interrupts the test while its service runs, which takes some tenths of a second. Throws if it was over before. */
async function interrupt(signal: string): Promise<number> {
	const run = system.run("exec node /opt/cagewright/bin/cagewright.js selftest plain --unit");
	const untilActive = `timeout 60 sh -c "until systemctl --quiet is-active 'cagewright-selftest-*'; do sleep 0.05; done"`;
	const own = "pgrep -o -x -f 'node /opt/cagewright/bin/cagewright.js selftest plain --unit'";
	await system.query(`${untilActive}; kill -s ${signal} $(${own})`);
	const { status } = await run;
	expect(status).toBeGreaterThan(128);
	return status;
}

test("a cancelled self-test removes its unit", async () => {
	await eventually(async () => expect(await interrupt("TERM")).toBe(143));
	expect(await units()).toBe("");
});

test("the service of a killed self-test ends automatically, and the next self-test removes the unit", async () => {
	await eventually(async () => {
		await interrupt("KILL");
		expect(await units()).not.toBe("");
	});
	await permitsNoEscape("plain --unit", "cage-plain.service", ["loopback"]);
	expect(await units()).toBe("");
});

test.runIf(isLong)("shared host directories and syslog are open as chosen, and stay unchanged", async () => {
	const options = "--bind /srv/written:rw --bind /srv/shared --allow syslog --allow unix-sockets";
	const probe = `curl -fsS ${pages}:21112/ | grep -qx answered`;
	await system.must(
		`cagewright make --name writer --user daemon ${options} --no-selftest --yes --quiet --probe '${probe}' -- /usr/bin/python3 /srv/writer/server.py`,
	);
	await system.query("rm -f /srv/written/here");
	await permitsNoEscape("writer --unit", "cage-writer.service", ["loopback"]);
	expect(await system.query("ls -A /srv/written")).toBe("");
	await system.must("cagewright unit writer --install --quiet && systemctl start cage-writer");
	await eventually(() => system.query(`${probe} && test -e /srv/written/here`));
	await eventually(() => system.query("journalctl --no-pager _SYSTEMD_UNIT=cage-writer.service | grep 'heard from its cage'"));
	await system.must("systemctl stop cage-writer");
});

test("the program of the techniques runs under systemd-nspawn, which is no root that one climbs out of", async () => {
	await system.must("cagewright selftest --program /root/escape");
	const { status, stdout } = await system.run("/root/escape </dev/null");
	const { attempts, done } = parseAttempts(stdout);
	expect({ status, done }).toEqual({ status: 1, done: true });
	for (const id of ["climb", "chroot-again", "move-directory-out", "proc-root", "working-directory"])
		expect([id, attempts.get(id)?.how]).toEqual([id, "refused"]);
	for (const id of ["unshare-mount", "mount-tmpfs", "run-written"]) expect([id, attempts.get(id)?.how]).toEqual([id, "escaped"]);
	await system.query("rm /root/escape");
});

test("a service that no cage knows is tested with its own filter and namespaces", async () => {
	const settings = [
		"User=daemon",
		"PrivateTmp=yes",
		"PrivateNetwork=yes",
		"PrivateIPC=yes",
		"PrivateDevices=yes",
		"ProtectSystem=strict",
		"NoNewPrivileges=yes",
		"CapabilityBoundingSet=",
		"SystemCallFilter=@system-service",
		"MemoryDenyWriteExecute=yes",
	].map((setting) => `--property=${setting}`);
	await system.must(`systemd-run --quiet --unit foreign ${settings.join(" ")} /bin/sleep 1000`);
	const groups = () => system.must("cat /proc/$(systemctl show --property=MainPID --value foreign)/cgroup");
	const before = await groups();
	const { status, stderr, stdout } = await system.run("cagewright selftest --unit foreign --json --quiet");
	expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
	const [tested] = describedJson(stdout).targets;
	expect(tested).toMatchObject({
		kind: "unit",
		name: "foreign",
		network: "own",
		capabilities: [],
		notTaken: ["landlock", "mdwe"],
	});
	// PR_SET_MDWE is invisible.
	expect(["writable-code", "code-without-file"]).toEqual(expect.arrayContaining(tested.unclear));
	expect(tested.filters).toBeGreaterThan(1);
	// It shares the PID namespace, and its filter and IPC namespace are those of the service.
	expect(tested.escaped).toEqual(expect.arrayContaining(["signal", "pidfd"]));
	for (const id of ["bpf", "unshare-mount", "writable-code", "shared-memory"]) expect(tested.escaped).not.toContain(id);
	expect(await groups()).toBe(before);
	await system.must("systemctl stop foreign");
});
