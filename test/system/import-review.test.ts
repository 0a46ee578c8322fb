import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { editJson, editTrace, packed, unpacked } from "./archives.ts";
import { cagewright, inProcess, must } from "./cagewright.ts";
import { exportedRedis } from "./hostile-archives.ts";

/** An archive's claims about a cage are derived from this machine, shown, or refused. */

const { archive, folder, state, there, victim } = exportedRedis();

beforeEach(() => rmSync(`${there}/cages`, { recursive: true, force: true }));

// biome-ignore lint/suspicious/noExplicitAny: the archive's author writes whatever it likes
type Json = any;
interface Edit {
	readonly manifest?: (json: Json) => void;
	readonly cage?: (json: Json) => void;
	readonly trace?: (json: Json) => void;
}

const tree = `${folder}/tree`;
const described = ["cage.json", "manifests/1.json", "traces/host.json.gz"];
function restored(): string {
	if (!existsSync(tree)) unpacked(archive, tree);
	execFileSync("tar", ["-xpf", archive, "--same-owner", "-C", tree, ...described]);
	return tree;
}

function edited({ cage, manifest, trace }: Edit): string {
	// Only these files differ, so the rest is unpacked once.
	const tree = restored();
	if (manifest) editJson(`${tree}/manifests/1.json`, manifest);
	if (cage) editJson(`${tree}/cage.json`, cage);
	if (trace) editTrace(tree, trace);
	return packed(tree, `${folder}/edited.tar`);
}

const take = (file: string, ...options: string[]) =>
	inProcess(["import", file, "--yes", "--no-trial", ...options], { state: there });

const capability = (name: string) => (json: Json) => json.openings.capabilities.push({ name, why: "x" });
const bind = (path: string) => (json: Json) => json.binds.push({ path, access: "rw" });
const writable = (path: string) => (json: Json) =>
	json.writable.push({ path, mode: 0o755, uid: 0, gid: 0, reasons: [], seeds: [] });
const identity = (values: object) => (json: Json) => Object.assign(json.identity, values);
const application = (values: object) => (json: Json) => Object.assign(json.application, values);
const entryOf = (json: Json, path: string): Json => json.entries.find((one: Json) => one.path === path);
/** An account that no machine has. */
const stranger = (ids: object): Edit => ({
	manifest: identity({ name: "nobody-here", ...ids }),
	cage: application({ user: "nobody-here" }),
});

const disk = { path: "/dev/sda", kind: "device", mode: 0o600, uid: 0, gid: 0, size: 0, mtime: 0, reasons: [], risks: [] };

const refused: readonly [string, Edit, RegExp][] = [
	["an account with root's number", { manifest: identity({ uid: 0, gid: 0 }) }, /account redis/],
	["an account with another's number", { manifest: identity({ uid: 1 }) }, /account redis/],
	[
		"another's number for its users",
		{ manifest: (json) => json.accounts.users.map((user: Json) => Object.assign(user, { uid: 1 })) },
		/account/,
	],
	["another account's name", { manifest: identity({ name: "daemon", uid: 1, gid: 1 }) }, /account daemon/],
	["root's name", { manifest: identity({ name: "root" }) }, /account root/],
	["a group without a name", { manifest: identity({ gid: 42 }) }, /gid 42/],
	["a bind of the system's jobs", { manifest: bind("/etc/cron.d") }, /cron\(8\)/],
	[
		"a bind of all homes",
		{ manifest: bind("/home"), cage: (json) => (json.rules.allowWrite = ["/home"]) },
		/--allow-write \/home/,
	],
	["state that the host would execute", { manifest: writable("/var/spool/cron/crontabs") }, /cron\(8\)/],
	["a bind of the state folder", { manifest: bind(there) }, /state folder/],
	["an account of no machine with root's number", stranger({ uid: 0 }), /nobody-here/],
	// setpriv(1) treats each of these numbers as root.
	...some(1, [2 ** 32, 2 ** 32 - 1, 2 ** 40]).flatMap((number): [string, Edit, RegExp][] => [
		[`account ${number}, which no machine has`, stranger({ uid: number, gid: number }), /is damaged/],
		[`group ${number}`, { manifest: identity({ gid: number }) }, /is damaged/],
		[`files of account ${number}`, { manifest: (json) => Object.assign(json.writable[0], { uid: number }) }, /is damaged/],
	]),
	["a start as root that calls itself redis", { cage: (json) => delete json.application.user }, /account redis/],
	["an unknown capability", { manifest: capability("sys_all") }, /'sys_all' \(capability\)/],
	["all capabilities", { manifest: capability("all") }, /'all' \(capability\)/],
	["a capability in capitals", { manifest: capability("CAP_SYS_ADMIN") }, /CAP_SYS_ADMIN/],
	[
		"an unknown capability for the next build",
		{ cage: (json) => json.additions.push({ kind: "capability", name: "x", round: 1, call: "x" }) },
		/'x' \(capability\)/,
	],
	[
		"an unknown capability in its trace",
		{ trace: (json) => json.capabilities.push({ name: "x", call: "x" }) },
		/'x' \(capability\)/,
	],
	[
		"an unknown permission",
		{ manifest: (json) => Object.assign(json.openings, { everything: "x" }) },
		/'everything' \(permission\)/,
	],
	["a template that is no name", { cage: (json) => Object.assign(json, { template: { name: "x" } }) }, /is damaged/],
	["a unit that is no name", { cage: (json) => Object.assign(json, { unit: ["x"] }) }, /is damaged/],
	["an unknown setting", { cage: (json) => Object.assign(json, { later: true }) }, /'later' \(setting\)/],
	["a process number outside of /run", { manifest: (json) => Object.assign(json, { pidFiles: ["/etc/passwd"] }) }, /publishes/],
	[
		"another service's socket",
		{ manifest: (json) => Object.assign(json, { offeredSockets: [{ path: "/run/dbus/system_bus_socket", reach: "link" }] }) },
		/publishes/,
	],
	["an unknown rule", { cage: (json) => Object.assign(json.rules, { run: ["x"] }) }, /'run' \(rule\)/],
	["an unknown word of a rule", { cage: (json) => json.rules.allow.push("everything") }, /'everything' \(permission\)/],
	...some(3, ["/etc", "/", "/etc/../root", "/usr/", "//etc", "/proc", "/run", "etc", ""]).map((path): [string, Edit, RegExp] => [
		`the bind '${path}'`,
		{ manifest: bind(path) },
		/system directory/,
	]),
	...some(3, ["/etc", "/.launch", "/proc/x", "/lib", "/", "/dev", "//x", "/x/", "/.cagewright-apart/x"]).map(
		(path): [string, Edit, RegExp] => [
			`the writable directory '${path}'`,
			{ manifest: writable(path) },
			/writable|link|no part of an exported cage/,
		],
	),
	["a bind in a writable directory", { manifest: (json) => bind(`${json.writable[0].path}/x`)(json) }, /below|in/],
	[
		"any directory as that of the syslog",
		{ manifest: (json) => Object.assign(json.openings, { syslog: `${victim}/log`, unixSockets: "x" }) },
		/syslog/,
	],
	[
		"the numbers of another device",
		{ manifest: (json) => Object.assign(entryOf(json, "/dev/null"), { device: { type: "c", major: 10, minor: 229 } }) },
		/\/dev\/null/,
	],
	[
		"a device outside of /dev",
		{ manifest: (json) => json.entries.push({ ...entryOf(json, "/dev/null"), path: "/etc/null" }) },
		/\/etc\/null/,
	],
	["a disk", { manifest: (json) => json.entries.push({ ...disk, device: { type: "b", major: 8, minor: 0 } }) }, /device/],
	["a file without a hash", { manifest: (json) => delete entryOf(json, "/etc/passwd").sha256 }, /SHA-256/],
	[
		"a setuid file that it allows itself",
		{
			manifest: (json) => Object.assign(entryOf(json, "/usr/bin/redis-check-rdb"), { mode: 0o4755 }),
			cage: (json) => json.rules.allowSetuid.push("/usr/bin/redis-check-rdb"),
		},
		/--allow-setuid \/usr\/bin\/redis-check-rdb/,
	],
	["a limit below zero", { cage: application({ limits: { memory: -1 } }) }, /limit/],
	...some<object>(5, [
		{ oomScoreAdjust: "0; touch /tmp/by-the-archive" },
		{ watchdog: "1us\nExecStartPre=+/bin/sh" },
		{ resourceLimits: ["--nofile=1:1 --pid 1"] },
		{ umask: "022; touch /tmp/by-the-archive" },
		{ resourceLimits: ["--core=unlimited:unlimited"] },
		{ credentials: [{ name: "../../etc/key", files: ["/etc/key"] }] },
		{ stopSignal: "TERM; reboot" },
		{ runtimeDirectories: ["/run/../../../../../home"] },
		{ runtimeDirectories: ["/srv"] },
		{ pidFile: "/run/../../../../../etc/passwd" },
		{ pidFiles: ["etc/passwd"] },
		{ before: [["/bin/a\0b"]] },
		{ credentials: [{ name: "key", content: "$(reboot)" }] },
		{ credentials: [{ name: "key", files: ["key"] }] },
	]).map((service): [string, Edit, RegExp] => [
		`the service's settings ${JSON.stringify(service)}`,
		{ cage: application({ service }) },
		/is damaged/,
	]),
	["no time to answer", { cage: application({ timeout: 0 }) }, /timeout/],
	["root as the dedicated account", { cage: (json) => Object.assign(json, { dedicatedAccount: "root" }) }, /account root/],
	[
		"an account of this machine as its own",
		{ cage: (json) => Object.assign(json, { dedicatedAccount: "redis" }) },
		/account redis/,
	],
	["NUL in its environment", { cage: (json) => Object.assign(json.application.env, { A: "a\0b" }) }, /environment/],
	["NUL in a rule", { cage: (json) => json.rules.include.push("/a\0b") }, /NUL/],
	["an unknown signal", { cage: (json) => json.signals.push("SIGKILL") }, /'SIGKILL' \(signal\)/],
	["another owner than its account", { manifest: (json) => Object.assign(json, { owner: { uid: 0, gid: 0 } }) }, /account redis/],
	["an invalid socket", { cage: application({ sockets: ["fifo /run/a"] }) }, /fifo/],
	["NUL in its command", { cage: (json) => json.application.command.push("a\0b") }, /command/],
];

test.each(refused)("an archive with %s is refused", async (_, edit, why) => {
	const result = await take(edited(edit));
	expect([2, 4]).toContain(result.status);
	expect(result.stderr).toMatch(/^cagewright: [^\n]*\n$/);
	expect(result.stderr).toMatch(why);
	expect(existsSync(`${there}/cages/redis`)).toBe(false);
});

test("the review shows everything that the archive would cause, and its acceptances and claims are dropped", async () => {
	const telling: Edit = {
		manifest(json) {
			Object.assign(json.identity, { name: "root", uid: 0, gid: 0, groups: [42], home: "/root" });
			capability("sys_admin")(json);
			bind("/srv")(json);
			Object.assign(json.openings, { memfd: "x" });
		},
		cage(json) {
			delete json.application.user;
			Object.assign(json, { onHost: true, accepted: ["data-setuid:/x"], unit: "cron.service" });
			Object.assign(json.application, { env: { LD_PRELOAD: "/x.so", TERM: "\u001b[2J" }, directories: ["/run/made"] });
			Object.assign(json.application, { sockets: ["stream 22 name=unknown"] });
			const service = { oomScoreAdjust: -1000, resourceLimits: ["--nofile=100:200"], stop: [["/bin/stop", "a b"]] };
			Object.assign(json.application, { service: { ...service, pidFile: "/run/telling.pid" } });
			json.application.exercises.push("touch /exercised");
			Object.assign(json.rules, { allowSecret: ["/etc/shadow"], seed: ["/root"], include: ["/srv/x"] });
			Object.assign(json.rules, { binds: [{ path: "/opt/later", access: "rw" }], devices: ["/dev/fuse"] });
			json.rules.allow.push("socket:/run/other/control.sock");
			json.additions.push({ kind: "capability", name: "sys_ptrace", round: 1, call: "x" });
		},
		trace: (json) => json.capabilities.push({ name: "sys_module", call: "x" }),
	};
	const file = edited(telling);
	const dry = await must(cagewright(["import", file, "--dry-run"], { state: there }));
	for (const part of [
		"root (uid 0",
		"capability:sys_admin",
		"capability:sys_ptrace",
		"capability:sys_module",
		"memfd",
		"/srv (rw)",
		"LD_PRELOAD=/x.so",
		"/run/made",
		"stream 22",
		"touch /exercised",
		"OOMScoreAdjust=-1000",
		"LimitNOFILE=100:200",
		"ExecStop=/bin/stop 'a b'",
		"PIDFile=/run/telling.pid",
		"--include /srv/x",
		"--on-host",
		"data-setuid:/x",
		"--allow-secret /etc/shadow",
		"--seed /root",
		"cron.service",
	]) {
		expect(dry.stdout).toContain(part);
	}
	expect(dry.stdout).not.toContain("\u001b");
	const json = await cagewright(["import", file, "--dry-run", "--json"], { state: there });
	expect(json.json).toMatchObject({ account: "root", identity: { uid: 0, groups: [] }, network: "host" });
	const taken = await must(take(file));
	for (const part of [
		"stream 22",
		"uid 0",
		"sys_admin",
		"/srv (rw)",
		"LD_PRELOAD=/x.so",
		"OOMScoreAdjust=-1000",
		"--on-host",
		"--allow-secret /etc/shadow",
		"--bind /opt/later:rw",
		"--device /dev/fuse",
		"socket:/run/other/control.sock",
	]) {
		expect(taken.stderr).toContain(part);
	}
	const cage = JSON.parse(readFileSync(`${there}/cages/redis/cage.json`, "utf8")) as Json;
	expect(cage).toMatchObject({ onHost: false, trials: [], rules: { allowSecret: [], allowSetuid: [], seed: [] } });
	for (const name of ["accepted", "unit", "selftest"]) expect(cage).not.toHaveProperty(name);
});

test("private files that later builds would copy are listed below the table", async () => {
	const own = `${folder}/private.conf`;
	writeFileSync(own, "", { mode: 0o600 });
	const file = edited({ cage: (json) => Object.assign(json.rules, { include: [own] }) });
	const { stdout } = await inProcess(["import", file, "--dry-run"], { state: there });
	expect(stdout).toMatch(/^Command {1,20}\//m);
	expect(stdout).toContain("Private files that a build takes from this machine:\n");
	expect(stdout.split("\n")).toContain(`  ${own}`);
});

test("the account's groups come from this machine", async () => {
	await must(take(edited({ manifest: identity({ groups: [0, 42, 999] }) })));
	const { identity: here } = JSON.parse(readFileSync(`${there}/cages/redis/manifests/1.json`, "utf8")) as Json;
	expect(here).toMatchObject({ name: "redis", groups: [] });
});

test("a setuid file needs its own option", async () => {
	const program = "/usr/bin/redis-check-rdb";
	const tree = unpacked(archive, `${folder}/tree`);
	editJson(`${tree}/manifests/1.json`, (json: Json) => Object.assign(entryOf(json, program), { mode: 0o4755 }));
	execFileSync("chmod", ["4755", `${tree}/generations/1${program}`]);
	const file = packed(tree, `${folder}/setuid.tar`);
	expect(await take(file)).toMatchObject({ status: 4, stderr: expect.stringContaining(`--allow-setuid ${program}`) });
	const taken = await take(file, "--allow-setuid", program);
	expect(taken).toMatchObject({ status: 0, stderr: expect.stringContaining(`Setuid files: ${program}`) });
	expect(statSync(`${there}/cages/redis/generations/1${program}`).mode & 0o7777).toBe(0o4755);
});

/** Commands that launch a cage or write a unit for it. They share one check, so every third command suffices for each change. */
const all: readonly (readonly string[])[] = [
	["run", "redis"],
	["run", "redis", "--print"],
	["shell", "redis", "--", "true"],
	["selftest", "redis"],
	["trial", "redis"],
	["unit", "redis"],
	["unit", "redis", "--dropin", "redis-server"],
	["unit", "redis", "--score"],
];
const launches = (index: number) => all.filter((_, at) => isLong || (at + index) % 3 === 0);
const unlaunchable: readonly [string, (json: Json) => void, RegExp][] = [
	["a bind of /etc", bind("/etc"), /\/etc/],
	["a bind of the state folder", bind(state), /state folder/],
	["a bind of another cage", bind(`${state}/cages/redis/data`), /state folder/],
	["a bind that climbs", bind("/srv/../etc"), /\/srv\/\.\.\/etc/],
	["another directory as that of the syslog", (json) => Object.assign(json.openings, { syslog: `${victim}/log` }), /syslog/],
	["an unknown capability", capability("everything"), /everything/],
	["an account with root's number", identity({ uid: 0, gid: 0 }), /redis/],
	["a disk", (json) => json.entries.push({ ...disk, device: { type: "b", major: 8, minor: 0 } }), /\/dev\/sda/],
	["the machine's memory", (json) => json.entries.push({ ...disk, device: { type: "c", major: 1, minor: 1 } }), /\/dev\/sda/],
	["a writable /etc", writable("/etc"), /\/etc/],
];

test.each(some(6, unlaunchable).map((one, index) => [...one, index] as const))(
	"no verb launches a cage with %s, or writes a unit for it",
	async (_, edit, why, index) => {
		const file = `${state}/cages/redis/manifests/1.json`;
		const before = readFileSync(file);
		try {
			editJson(file, edit);
			for (const words of launches(index)) {
				const result = await inProcess(words, { state });
				expect({ words, status: result.status, stderr: result.stderr }).toMatchObject({ status: 4 });
				expect(result.stderr).toMatch(why);
				expect(result.stdout).toBe("");
			}
		} finally {
			writeFileSync(file, before);
		}
	},
);
