import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Selftest } from "../../src/core/selftest/verdict.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { cagewright, home, type Json, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { preparedRedis } from "./prepared.ts";

/** Tries escapes under the units used in production, on a booted systemd. */

let system: Booted;
/** redis starts as an account and nginx as root, both without Cagewright's init. The third service has the init. */
const cages = { redis: "redis-server", nginx: "nginx", plain: "plain" } as const;
const names = Object.keys(cages) as (keyof typeof cages)[];
const state = "/var/lib/cagewright";
const port = 21111;

beforeAll(async () => {
	system = await boot();
	addPlainService(system.tree);
	await system.must("systemctl daemon-reload");
	const probe = `--decoy --probe 'curl -fsS http://127.0.0.1:${port}/ | grep -qx answered'`;
	for (const [name, service] of Object.entries(cages)) {
		await system.must(
			`cagewright make ${service}.service --name ${name} --no-selftest --yes --quiet ${name === "plain" ? probe : ""}`,
		);
	}
	bundleEngine(system.tree);
}, bootTime);

afterAll(() => system?.dispose());

/** A server that does not handle SIGTERM, so it needs the init as PID 1. */
function addPlainService(tree: string): void {
	const server = [
		"import socket",
		`listening = socket.create_server(("127.0.0.1", ${port}))`,
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		'\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nanswered\\n")',
		"\tconnection.close()",
	];
	for (const folder of ["srv/plain", "srv/written", "srv/shared"]) mkdirSync(join(tree, folder), { recursive: true });
	writeFileSync(join(tree, "srv/plain/server.py"), `${server.join("\n")}\n`);
	const unit = "[Service]\nUser=daemon\nExecStart=/usr/bin/python3 /srv/plain/server.py\nExecStartPost=/bin/touch /srv/touched\n";
	writeFileSync(join(tree, "etc/systemd/system/plain.service"), unit);
}

/** No command can omit a setting, so the test calls the engine inside the system. */
function bundleEngine(tree: string): void {
	const contents = [
		'import { systemMachine } from "./src/cli/machine.ts";',
		'import { selftestCage } from "./src/engine/selftest/selftest.ts";',
		"const [name, ...withoutSettings] = process.argv.slice(2);",
		`const context = { machine: systemMachine("${state}"), emit() {}, signal: new AbortController().signal };`,
		"console.log(JSON.stringify(await selftestCage(context, name, { unit: { withoutSettings } })));",
	].join("\n");
	buildSync({
		stdin: { contents, resolveDir: home, loader: "ts" },
		outfile: join(tree, "opt/without.mjs"),
		bundle: true,
		platform: "node",
		target: "node20.19",
		format: "esm",
		logLevel: "error",
		banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
	});
}

async function selftest(words: string): Promise<Json> {
	const { status, stderr, stdout } = await system.run(`cagewright selftest ${words} --json --quiet`);
	if (status === 1 && stdout === "") throw new Error(stderr);
	const { escaped, findings } = status === 1 ? JSON.parse(stdout) : {};
	expect({ status, stderr }, `${escaped}; ${findings}`).toEqual({ status: 0, stderr: "" });
	return JSON.parse(stdout);
}

async function withoutSettings(name: string, settings: readonly string[]): Promise<string[]> {
	const line = `node /opt/without.mjs ${name} ${settings.join(" ")}`;
	// On a busy machine it may not finish, and then says so.
	const result: Selftest = JSON.parse(await system.must(`${line} || ${line}`));
	const missing = result.audit.filter(({ id, instead, ok }) => !ok && instead === undefined && id !== "account");
	return [
		...result.ways.filter(({ outcome }) => outcome === "escaped").map(({ id }) => id),
		...missing.flatMap(({ found, id }) => [id, ...found]),
	];
}

test("decoys in /root are visible in a unit, which locks all homes", async () => {
	await system.must("cagewright unit plain --install");
	expect(await system.must("cagewright unit plain")).toMatch(/^ProtectHome=read-only$/m);
	await system.must("systemctl start cage-plain");
	const [pid] = (await system.must("systemctl show --property=MainPID --value cage-plain")).split("\n");
	expect(await system.must(`cat /proc/${pid}/root/root/.ssh/id_ed25519`)).toContain("BEGIN OPENSSH PRIVATE KEY");
	await system.must("systemctl stop cage-plain; cagewright unit plain --uninstall");
});

describe.each(names)("the unit of %s", (name) => {
	test("permits no escape, and lists what the plan permits", async () => {
		const result = await selftest(`${name} --unit`);
		expect(result).toMatchObject({ holds: true, unit: `cage-${name}.service`, escaped: [], findings: [] });
		expect(result.openByDesign).toEqual(name === "nginx" ? expect.arrayContaining(["loopback"]) : ["loopback"]);
		expect(result.tried).toBeGreaterThan(120);
		const { after, before } = result.control as { before: number; after: number };
		expect(before).toBeGreaterThan(80);
		expect(after).toBe(before);
	});
});

test("does not reach the host's loopback without a network", async () => {
	const result = await selftest("nginx --unit --network none");
	expect(result).toMatchObject({ holds: true, escaped: [], findings: [] });
	expect(result.openByDesign).not.toContain("loopback");
});

/** The cage `plain` is tested below. */
test.each(["redis", "nginx"] as const)(
	"%s permits no escape as a drop-in for the distribution's service either",
	async (name) => {
		const result = await selftest(`${name} --dropin ${cages[name]}`);
		expect(result).toMatchObject({ holds: true, unit: `${cages[name]}.service`, escaped: [], findings: [] });
	},
);

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
		system.must(`cd ${state}/cages && find . -printf '%p %m %U:%G %T@\\n' | grep -v /launcher | sort && ls -a ${state}/scratch`);
	const before = await content();
	expect(await selftest("plain --dropin plain")).toMatchObject({ unit: "plain.service", escaped: [], findings: [] });
	expect(await content()).toBe(before);
	expect(await units()).toBe("");
	await system.must("! test -e /srv/touched && ! pgrep cagewright-dec");
});

const units = () =>
	system.must(
		"systemctl list-units --all --plain --no-legend 'cagewright-selftest*'; ls /run/systemd/system | grep selftest || :",
	);

/** Interrupts the test as soon as its service runs, which takes some tenths of a second. */
async function interrupted(signal: string): Promise<number> {
	const run = system.run("exec node /opt/cagewright/bin/cagewright.js selftest plain --unit");
	const there = "for n in $(seq 500); do systemctl --quiet is-active 'cagewright-selftest-*' && break; sleep 0.02; done";
	const pid = "$(pgrep -o -x -f 'node /opt/cagewright/bin/cagewright.js selftest plain --unit')";
	await system.must(`${there}; kill -s ${signal} ${pid}`);
	return (await run).status;
}

test("a cancelled self-test removes its unit", async () => {
	expect(await interrupted("TERM")).toBe(143);
	expect(await units()).toBe("");
});

test("the service of a killed self-test ends automatically, and the next self-test removes the unit", async () => {
	await interrupted("KILL");
	expect(await units()).not.toBe("");
	await selftest("plain --unit");
	expect(await units()).toBe("");
});

test("the services themselves run, confined by the confiner first", async () => {
	for (const name of names) {
		await system.must(`cagewright unit ${name} --install --quiet && systemctl start cage-${name}`);
		const command = await system.must(`systemctl show --value --property=ExecStart cage-${name}`);
		expect(command).toContain("/.launch/cagewright-conf-");
	}
	await eventually(() => system.must(`redis-cli PING && curl -fsS http://127.0.0.1/ && curl -fsS http://127.0.0.1:${port}/`));
	// Runs next to the active service, with separate directories.
	expect(await selftest("redis --unit")).toMatchObject({ holds: true });
	await system.must("redis-cli PING");
	for (const name of names) await system.must(`systemctl stop cage-${name} && cagewright unit ${name} --uninstall --quiet`);
});

test("shared host directories and syslog are open as chosen, and stay unchanged", async () => {
	const server = [
		"import socket, time",
		"log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
		"try:",
		'\tlog.connect("/dev/log")',
		'\tlog.send(b"<14>writer: heard from its cage")',
		"except OSError:",
		"\tpass",
		'open("/srv/written/here", "w").close()',
		`listening = socket.create_server(("127.0.0.1", ${port + 1}))`,
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		'\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nanswered\\n")',
		"\tconnection.close()",
	];
	mkdirSync(join(system.tree, "srv/writer"));
	writeFileSync(join(system.tree, "srv/writer/server.py"), `${server.join("\n")}\n`);
	await system.must(
		"chown daemon /srv/written && cagewright make --name writer --user daemon --bind /srv/written:rw --bind /srv/shared --allow syslog --allow unix-sockets --no-selftest --yes --quiet " +
			`--probe 'curl -fsS http://127.0.0.1:${port + 1}/ | grep -qx answered' -- /usr/bin/python3 /srv/writer/server.py`,
	);
	await system.must("rm -f /srv/written/here");
	const result = await selftest("writer --unit");
	expect(result).toMatchObject({ holds: true, escaped: [], findings: [] });
	expect(result.openByDesign).toEqual(["loopback"]);
	expect(await system.must("ls -A /srv/written")).toBe("");
	await system.must("cagewright unit writer --install --quiet && systemctl start cage-writer");
	await eventually(() => system.must(`curl -fsS http://127.0.0.1:${port + 1}/ && test -e /srv/written/here`));
	await eventually(() => system.must("journalctl --no-pager _SYSTEMD_UNIT=cage-writer.service | grep 'heard from its cage'"));
	await system.must("systemctl stop cage-writer && cagewright unit writer --uninstall --quiet");
});

test("a service that no cage knows is tested with its own filter and namespaces", async () => {
	const settings = [
		...["User=daemon", "PrivateTmp=yes", "PrivateNetwork=yes", "PrivateIPC=yes", "PrivateDevices=yes", "ProtectSystem=strict"],
		...["NoNewPrivileges=yes", "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "MemoryDenyWriteExecute=yes"],
	].map((setting) => `--property=${setting}`);
	await system.must(`systemd-run --quiet --unit foreign ${settings.join(" ")} /bin/sleep 1000`);
	const groups = () => system.must("cat /proc/$(systemctl show --property=MainPID --value foreign)/cgroup");
	const before = await groups();
	const { status, stderr, stdout } = await system.run("cagewright selftest --unit foreign --json --quiet");
	expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
	const [tested] = JSON.parse(stdout).targets;
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

test("a machine without a running systemd is reported", async () => {
	const booted = spawnSync("test", ["-d", "/run/systemd/system"]).status === 0;
	if (booted) return;
	const here = temporaryState();
	await preparedRedis(here);
	const { status, stderr } = await cagewright(["selftest", "redis", "--unit"], { state: here });
	expect({ status, stderr }).toEqual({
		status: 3,
		stderr: expect.stringMatching(/^cagewright: Cannot test a unit: systemd does not run here[^\n]*\n$/),
	});
});
