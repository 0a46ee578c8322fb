import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../../src/base/engine/context.ts";
import { presentCage } from "../../src/cage/engine/cages.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { Assembler, Label } from "../../src/confine/seccomp/bpf.ts";
import { launchRequest } from "../../src/launch/engine/run.ts";
import { probeFeatures } from "../../src/launch/host/features.ts";
import type { LaunchOptions } from "../../src/launch/host/method.ts";
import { CageDraft } from "../../src/make/engine/draft.ts";
import { planStep } from "../../src/make/engine/steps.ts";
import { isLong, some } from "../long.ts";
import { cagewright, type Made, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, redis, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside } from "./held.ts";
import { hiding } from "./hiding.ts";
import { freePort } from "./network.ts";
import { listeners, processesIn } from "./processes.ts";

/** Older machines, without some programs and kernel features. */
const here = probeFeatures();
const ways: readonly [name: string, launching: LaunchOptions][] = [
	["no Landlock", { features: { ...here, landlock: 0 } }],
	["an older kernel's Landlock", { features: { ...here, landlock: 1 } }],
];

/**
 * Actions that an application may try, each in a separate process. Prints the names of those that succeeded. ROOT precedes the paths to
 * change, so that the script also runs without a cage.
 */
const attempts = `
use POSIX ();
sub tries {
	my ($name, $code) = @_;
	my $pid = fork // die;
	POSIX::_exit(eval { $code->() } ? 0 : 1) unless $pid;
	waitpid $pid, 0;
	syswrite STDOUT, "$name\n" if $? == 0;
}
sub writes { my ($mode, $path) = @_; open my $file, $mode, $path }
tries "open descriptor", sub { grep { POSIX::dup2($_, 300) } 3 .. 255 };
tries "new privileges", sub { syscall(157, 39, 0, 0, 0, 0) == 0 };
tries "signal outside", sub { kill 0, $ENV{OUTSIDE} };
tries "user namespace", sub { syscall(272, 0x10000000) == 0 };
tries "device node", sub { my $path = "/dev/shm/disk"; syscall(133, $path, 0060600, 0x800) == 0 };
tries "setuid bit", sub { writes(">", "/dev/shm/trap") && chmod 04755, "/dev/shm/trap" };
tries "unix socket", sub { syscall(41, 1, 1, 0) >= 0 };
tries "ptrace", sub { syscall(101, 0, 0, 0, 0) == 0 };
tries "write to the root", sub { writes(">", "$ENV{ROOT}/dropped") };
tries "write to a program", sub { writes(">>", "$ENV{ROOT}/usr/bin/perl") };
tries "program from data", sub {
	open my $from, "<", "/usr/bin/perl" or die;
	open my $to, ">", "/dev/shm/program" or die;
	print $to do { local $/; <$from> };
	close $to && chmod 0755, "/dev/shm/program";
	system("/dev/shm/program", "-e", "exit 0") == 0;
};
tries "mount", sub { my ($type, $path) = ("tmpfs", "/var/tmp"); syscall(165, $type, $path, $type, 0, 0) == 0 };
tries "chroot", sub { chroot "/tmp" };
tries "nothing", sub { 1 };
`;

const state = temporaryState();
let daemon: Daemon;
let made: Made;
let port: number;
const warnings: string[] = [];

/** Words before a command that simulate a kernel without Landlock: landlock_create_ruleset(2) fails as if it were disabled. */
function withoutLandlock(): string[] {
	const assembler = new Assembler();
	const others = new Label();
	assembler.loadNumber();
	assembler.ifEqual(444, undefined, others);
	assembler.answer(0x00050000 | 95); // SECCOMP_RET_ERRNO, EOPNOTSUPP
	assembler.place(others);
	assembler.answer(0x7fff0000); // SECCOMP_RET_ALLOW
	const file = `${temporaryFolder("filter")}/filter`;
	writeFileSync(file, assembler.finish());
	return ["setpriv", "--no-new-privs", "--seccomp-filter", file, "--"];
}

const context = (launching: LaunchOptions): Context => ({
	machine: systemMachine(state, launching),
	emit: (event) => {
		if (event.event === "warned") warnings.push(event.code);
	},
	signal: new AbortController().signal,
});

beforeAll(async () => {
	port = await freePort();
	daemon = redis(port);
	const options = [
		"--name",
		"redis",
		"--user",
		"redis",
		"--include",
		"/usr/bin/perl",
		"--include",
		"/usr/lib/x86_64-linux-gnu/perl-base",
	];
	made = await make([...options, ...wordsOf(daemon)], { state });
});

describe.each(some(1, ways))("%s", (name, launching) => {
	const weaker = name === "no Landlock" ? ["landlock"] : [];

	test("answers in a trial with the kernel's confinement, and weaker protection is reported", async () => {
		warnings.length = 0;
		const used = context(launching);
		const { store } = used.machine;
		const [cage, trace, manifest] = [await store.cage("redis"), await store.trace("redis"), await store.manifest("redis", 1)];
		if (!cage || !trace || !manifest) throw new Error("no cage");
		const plan = await planStep(used, cage, trace);
		const candidate = { plan, manifest, unchanged: true };
		const round = await new CageDraft(store, { cage: { ...cage, trials: [] }, trace, plan, candidate }).try(used, 1);
		expect(round).toMatchObject({
			answered: true,
			missing: [],
			method: { weaker },
			measured: { inside: true, seccomp: true, noNewPrivileges: true, capabilities: [] },
		});
		expect(round.measured?.namespaces).toEqual(expect.arrayContaining(["mount", "pid", "ipc", "uts", "cgroup", "net"]));
		expect(warnings).toEqual(weaker.map((code) => `weaker-${code}`));
		// A trial's writes are discarded.
		expect(processesIn(made.root)).toEqual([]);
	});

	test("answers under run from its cage, and ends on TERM", async () => {
		const used = context(launching);
		const launched = await used.machine.launcher.start({ ...launchRequest(await presentCage(used, "redis")), onOutput() {} });
		await eventually(() => askRedis(port, ["PING"]));
		expectServedInside(made, port);
		const [server] = listeners(port);
		expect(
			readFileSync(`/proc/${server}/environ`, "latin1")
				.split("\0")
				.map((one) => one.split("=")[0]),
		).toEqual(expect.not.arrayContaining(["HOME", "USER", "OLDPWD"]));
		expect(await launched.stop(10)).toEqual({ status: 0 });
		expect(processesIn(made.root)).toEqual([]);
	});

	test("permits no escape", async () => {
		const used = context(launching);
		let output = "";
		const request = launchRequest(await presentCage(used, "redis"), ["/usr/bin/perl", "-e", attempts]);
		const launched = await used.machine.launcher.start({
			...request,
			env: { ...request.env, OUTSIDE: String(process.pid), ROOT: "" },
			onOutput: (chunk) => {
				output += Buffer.from(chunk).toString();
			},
		});
		await launched.ended;
		expect(output).toBe("nothing\n");
	});
});

test("all attempts succeed without a cage", () => {
	const script = 'mount -t tmpfs tmpfs /dev/shm; mkdir -p /dev/shm/usr/bin; exec perl -e "$1" 3</dev/null';
	const { stdout } = spawnSync("unshare", ["--mount", "sh", "-euc", script, "sh", attempts], {
		env: { PATH: process.env.PATH, OUTSIDE: String(process.pid), ROOT: "/dev/shm" },
		encoding: "utf8",
	});
	expect(stdout.trim().split("\n")).toEqual([...attempts.matchAll(/^tries "([^"]+)"/gm)].map(([, name]) => name));
});

describe("without Landlock in the kernel", () => {
	const version = ["run", "redis", "--", "/usr/bin/redis-server", "--version"];

	test("run reports the weaker protection in one line, and --require full refuses it with advice", async () => {
		const where = { state, enter: withoutLandlock() };
		const run = await cagewright(version, where);
		expect([run.status, run.stderr]).toEqual([0, /^Weaker protection: [^\n]*Landlock[^\n]*--require full\n$/]);
		const refused = await cagewright(["--require", "full", ...version], where);
		expect([refused.status, refused.stdout]).toEqual([3, ""]);
		expect(refused.stderr).toMatch(/^cagewright: --require full fails: [^\n]*Landlock[^\n]*lsm=[^\n]*\n$/);
	});

	test.runIf(isLong)(
		"make --require full refuses before it traces, and make without it records the weaker protection",
		async () => {
			const where = { state, enter: withoutLandlock() };
			const options = ["--name", "other", "--user", "redis", "--probe", daemon.probe, "--yes", "--json"];
			const refused = await cagewright(["make", ...options, "--require", "full", "--", ...daemon.command], where);
			expect([refused.status, refused.stderr.split("\n").length]).toEqual([3, 2]);
			const allowed = await cagewright(["make", ...options, "--no-selftest", "--", ...daemon.command], where);
			expect(allowed.json.confinement).toMatchObject({ launcher: "util-linux", weaker: ["landlock"], landlock: false });
			const record = await cagewright(["show", "other", "--record"], { state });
			expect(record.stdout).toContain("Started by util-linux.");
			expect(record.stdout).toContain("no Landlock");
		},
	);

	test("doctor reports it", async () => {
		const { json, status } = await cagewright(["doctor", "--json"], { state, enter: withoutLandlock() });
		expect(status).toBe(0);
		expect(json.findings).toContainEqual(expect.objectContaining({ what: "landlock", state: "weaker" }));
	});
});

test.each([
	["unshare", "unshare", hiding("/usr/bin/unshare")],
	["namespaces", "not permitted", ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]],
])("without %s nothing starts, and the error says so", async (_, says, enter) => {
	const stderr = new RegExp(`^cagewright: Refusing to start a cage[^\\n]*${says}[^\\n]*doctor[^\\n]*\\n$`);
	expect(await cagewright(["run", "redis"], { state, enter })).toMatchObject({ status: 3, stderr });
	expect(processesIn(made.root)).toEqual([]);
});

test.runIf(isLong)("results that an earlier version stored about this machine are determined again", async () => {
	const version = ["run", "redis", "--", "/usr/bin/redis-server", "--version"];
	await cagewright(version, { state });
	const file = `${state}/features.json`;
	const kept = JSON.parse(readFileSync(file, "utf8"));
	const { missing: _, ...value } = kept.value;
	writeFileSync(file, JSON.stringify({ key: kept.key.split("\n").slice(1).join("\n"), value: { ...value, utilLinuxLacks: [] } }));
	expect(await cagewright(version, { state })).toMatchObject({ status: 0 });
	expect(JSON.parse(readFileSync(file, "utf8")).value).toMatchObject({ missing: [] });
});

test.runIf(isLong)("a cage that another launcher tried is started by util-linux, and its record says so", async () => {
	const file = `${state}/cages/redis/cage.json`;
	const cage = JSON.parse(readFileSync(file, "utf8"));
	const trials = cage.trials.map((trial: object) => ({ ...trial, launcher: "systemd-run", weaker: ["service"] }));
	writeFileSync(file, JSON.stringify({ ...cage, trials }));
	const command = ["--require", "full", "run", "redis", "--", "/usr/bin/redis-server", "--version"];
	expect(await cagewright(command, { state })).toMatchObject({ status: 0, stderr: "" });
	const { status, stdout } = await cagewright(["record", "redis"], { state });
	expect([status, stdout]).toEqual([0, expect.stringContaining("Started by util-linux.")]);
	expect(stdout).not.toMatch(/systemd-run|weaker-/);
});
