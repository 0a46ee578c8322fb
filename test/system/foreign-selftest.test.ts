import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	copyFileSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAttempts, unproven } from "../../src/selftest/outcomes.ts";
import { systemServices } from "../../src/unit/host/systemctl.ts";
import { begin, cagewright, inProcess, type Json, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { allProcesses, commandOf, processesIn } from "./processes.ts";

/** The self-test inside sandboxes of other programs. */

const state = temporaryState();
const folder = mkdtempSync("/var/tmp/cagewright-foreign-");
const rootfs = join(folder, "rootfs");
const jail = join(folder, "jail");
const env = { PODMAN_IGNORE_CGROUPSV1_WARNING: "1" };
/** Before a command: podman's configuration of the machine is ours, because root's commands take none from variables. */
const configuration = join(folder, "etc");
const enter = ["unshare", "--mount", "sh", "-c", `mount --bind ${configuration} /etc/containers && exec "$@"`, "sh"];
const containers = { hard: `hard-${process.pid}`, soft: `soft-${process.pid}`, alone: `alone-${process.pid}` };
const runtime = ["--runtime", "runc", "--cgroup-manager", "cgroupfs"];
const undo: (() => void)[] = [];

test.skipIf(systemServices.running())("a unit cannot be tested without systemd, and the message says so", async () => {
	const { status, stderr } = await inProcess(["selftest", "--unit", "nginx"], { state });
	expect([status, stderr]).toEqual([3, expect.stringMatching(/^cagewright: [^\n]*systemd does not run here\.[^\n]*--pid/)]);
});

beforeAll(() => {
	for (const name of ["bin", "tmp", "proc", "sys", "dev", "etc", "run"]) mkdirSync(join(rootfs, name), { recursive: true });
	copyFileSync("/usr/bin/busybox", join(rootfs, "bin/busybox"));
	mkdirSync(join(jail, "tmp"), { recursive: true });
	const [graph, run] = ["graph", "run"].map((name) => join(folder, name));
	cpSync("/etc/containers", configuration, { recursive: true });
	writeFileSync(join(configuration, "storage.conf"), `[storage]\ndriver = "vfs"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`);
});

afterAll(async () => {
	for (const step of undo) step();
	// podman cleans up in processes of its own, which still write there.
	await eventually(() => expect(allProcesses().filter((pid) => commandOf(pid).includes(folder))).toEqual([]));
	rmSync(folder, { recursive: true, force: true });
});

function podman(...words: string[]): string {
	const [program = "", ...before] = [...enter, "podman", ...runtime];
	return execFileSync(program, [...before, ...words], {
		env: { ...process.env, ...env },
		encoding: "utf8",
		stdio: ["ignore", "pipe", "pipe"],
	});
}

function startContainer(name: string, ...options: string[]): void {
	undo.push(() => podman("rm", "--force", "--time", "0", name));
	// The machine may have no cgroups for limits.
	const words = ["--detach", "--network", "none", "--pids-limit", "0", "--name", name, ...options, "--rootfs", rootfs];
	podman("run", ...words, "/bin/busybox", "sleep", "1000");
}

/** A jail by chroot alone, with the usual mistake: the working directory stays outside. */
async function startJail(): Promise<number> {
	const program = "chdir '/'; chroot shift; $| = 1; print 'ready'; sleep 1000";
	const child = spawn("perl", ["-e", program, jail], { stdio: ["ignore", "pipe", "inherit"] });
	undo.push(() => child.kill("SIGKILL"));
	await new Promise((resolve) => child.stdout.once("data", resolve));
	return child.pid ?? 0;
}

const content = (directory: string) =>
	spawnSync("find", [directory, "-printf", "%p %m %U:%G %T@ %C@\\n"], { encoding: "utf8" }).stdout;

async function selftest(status: number, ...words: string[]): Promise<Json[]> {
	const result = await cagewright(["selftest", ...words, "--json"], { state, env, enter });
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status, stderr: "" });
	expect(result.json.schema).toBe("cagewright/selftest/1");
	return result.json.targets;
}

const lost = ({ layers }: Json) => layers.filter(({ ok }: Json) => !ok).map(({ id }: Json) => id);

test("a chroot jail is escaped from, and is unchanged afterwards", async () => {
	const pid = await startJail();
	const before = content(jail);
	const [tested] = await selftest(1, "--pid", String(pid));
	expect(tested).toMatchObject({ holds: false, pid, filters: 0, network: "host", notTaken: ["landlock", "mdwe"] });
	const ways = ["chroot-again", "move-directory-out", "working-directory", "device-node", "signal", "unshare-mount"];
	expect(tested?.escaped).toEqual(expect.arrayContaining(ways));
	expect(tested?.openByDesign).toEqual(expect.arrayContaining(["loopback", "chown"]));
	expect(tested && lost(tested)).toEqual(expect.arrayContaining(["root", "namespaces", "seccomp", "capabilities", "ro"]));
	expect(tested?.unclear).toEqual(["writable-code", "code-without-file"]);
	expect(tested?.control).toBeGreaterThan(80);
	expect(content(jail)).toBe(before);
});

test("two containers are compared in one table, which shows what each loses, and are unchanged afterwards", async () => {
	startContainer(
		containers.hard,
		"--user",
		"1234:1234",
		"--read-only",
		"--read-only-tmpfs=false",
		"--tmpfs",
		"/tmp:noexec,nosuid,nodev,mode=1777",
		"--cap-drop",
		"all",
		"--security-opt",
		"no-new-privileges",
	);
	startContainer(containers.soft, "--security-opt", "seccomp=unconfined");
	const pid = podman("container", "inspect", "--format", "{{.State.Pid}}", containers.hard).trim();
	const mounts = () => readFileSync(`/proc/${pid}/mountinfo`, "utf8");
	const before = [content(rootfs), mounts()];
	const [hard, soft] = await selftest(1, "--container", containers.hard, "--container", containers.soft);
	// No Landlock is known, but everything that the process has was taken over, its filter included. Not every machine shows all cgroups.
	const taken = ({ notTaken }: Json) => notTaken.filter((one: string) => one !== "cgroup");
	expect([hard, soft].map((one) => one && taken(one))).toEqual(Array(2).fill(["landlock", "mdwe"]));
	expect(hard).toMatchObject({ name: containers.hard, capabilities: [], filters: 1, network: "own" });
	expect(soft).toMatchObject({ name: containers.soft, filters: 0 });
	for (const kept of ["climb", "chroot-again", "working-directory", "signal", "proc-root", "loopback", "mount-tmpfs"]) {
		expect([hard?.escaped, soft?.escaped].flat()).not.toContain(kept);
	}
	// The default filter refuses it, and the other layers of the first container refuse the rest.
	expect(soft?.escaped).toEqual(expect.arrayContaining(["io-uring", "run-written", "write-cage"]));
	for (const kept of ["io-uring", "run-written", "write-cage"]) expect(hard?.escaped).not.toContain(kept);
	expect(soft?.openByDesign).toEqual(expect.arrayContaining(["chown", "join-group"]));
	expect(hard?.openByDesign).toEqual([]);
	expect(hard?.untried).toEqual(expect.arrayContaining(["without-landlock", "link-program", "socket-can", "init-memory"]));
	expect([content(rootfs), mounts()]).toEqual(before);
	expect(podman("exec", containers.hard, "/bin/busybox", "ls", "-A", "/tmp")).toBe("");
	const { status, stdout } = await cagewright(["selftest", "--container", containers.hard, "--container", containers.soft], {
		state,
		env,
		enter,
	});
	expect(status).toBe(1);
	expect(stdout).toMatch(/^ {4}no capability +ok {2}!!$/m);
	expect(stdout).toMatch(/^ {4}io_uring +ok {2}!!$/m);
	expect(stdout).toMatch(/^ {4}Landlock +\?\? {2}\?\?$/m);
	expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
	expect(processesIn(rootfs).map(commandOf)).toEqual(Array(2).fill("/bin/busybox sleep 1000"));
});

describe("the program that tries the techniques", () => {
	const program = join(folder, "escape");
	const run = (words: readonly string[], input?: string) => {
		const [first = "", ...rest] = words;
		const { status, stdout } = spawnSync(first, rest, {
			env: { ...process.env, ...env },
			encoding: "utf8",
			stdio: [input === undefined ? "ignore" : "pipe", "pipe", "ignore"],
			...(input === undefined ? {} : { input }),
		});
		const { attempts, done } = parseAttempts(stdout);
		return { status, stdout, done, attempts, escaped: [...attempts].flatMap(([id, { how }]) => (how === "escaped" ? [id] : [])) };
	};
	/** A process outside, and what it says about itself. */
	async function startBystander(): Promise<string[]> {
		const child = spawn(program, ["bystander"], { stdio: ["pipe", "pipe", "inherit"] });
		undo.push(() => child.stdin.end());
		const [line] = await once(child.stdout, "data");
		return String(line).trim().split("\t");
	}

	beforeAll(async () => {
		expect(await inProcess(["selftest", "--program", program], { state })).toMatchObject({ status: 0 });
		for (const root of [rootfs, jail]) copyFileSync(program, join(root, "escape"));
	});

	test("is written to new files only", async () => {
		expect(statSync(program).mode & 0o777).toBe(0o755);
		const again = await inProcess(["selftest", "--program", program], { state });
		expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("already exists")]);
		expect((await inProcess(["selftest", "redis", "--program", `${program}2`], { state })).status).toBe(2);
	});

	test("appears whole or not at all if its writing is interrupted", async () => {
		const place = join(folder, "interrupted");
		mkdirSync(place);
		const slowly = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:delay_enter=1s"];
		const writing = begin(["selftest", "--program", join(place, "escape")], { state, enter: slowly });
		await eventually(() => expect(readdirSync(place)).toHaveLength(1));
		const { status } = await writing.stop("SIGINT");
		expect(readdirSync(place)).toEqual(status === 0 ? ["escape"] : []);
	});

	test("finds a chroot jail wanting, in which it leaves nothing", () => {
		const names = () => readdirSync(jail, { recursive: true });
		const before = names();
		const { done, escaped, status } = run(["chroot", jail, "/escape"]);
		expect({ status, done }).toEqual({ status: 1, done: true });
		expect(escaped).toEqual(
			expect.arrayContaining(["chroot-again", "move-directory-out", "device-node", "unshare-mount", "bpf"]),
		);
		for (const id of ["climb", "working-directory", "signal", "socket-can"]) expect(escaped).not.toContain(id);
		expect(names()).toEqual(before);
		const inJson = run(["chroot", jail, "/escape", "--json"])
			.stdout.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(inJson.flatMap(({ id, outcome }) => (outcome === "escaped" ? [id] : []))).toEqual(escaped);
		// The shell's usual mistake: the working directory stays outside.
		const mistake = run(["perl", "-e", "chroot shift; exec '/escape'", jail]);
		expect(mistake.escaped).toContain("working-directory");
	});

	test("escapes in each group from a jail without any layer, if it knows the host", async () => {
		const facts = [...(await startBystander()), `host=${statSync("/").dev}:${statSync("/").ino}`];
		const { attempts } = run(["chroot", jail, "/escape", ...facts]);
		expect(unproven(attempts)).toEqual([]);
	});

	test("finds in a container what the self-test from outside finds there", async () => {
		const options = ["--network", "none", "--pids-limit", "0", "--cap-drop", "all", "--rootfs", rootfs];
		const alone = run([...enter, "podman", ...runtime, "run", "--rm", ...options, "/escape"]);
		expect(alone).toMatchObject({ status: 1, done: true });
		startContainer(containers.alone, "--cap-drop", "all");
		const [tested] = await selftest(1, "--container", containers.alone);
		const untried = (id: string) =>
			tested?.untried.includes(id) || tested?.unclear.includes(id) || alone.attempts.get(id)?.how === "impossible";
		const differing = tested?.ways.filter(
			({ id, outcome }: Json) => !untried(id) && ["escaped", "open"].includes(outcome) !== alone.escaped.includes(id),
		);
		expect(differing.map(({ id }: Json) => id)).toEqual([]);
	});

	test("leaves the mounts of a host on which nothing stops it, and no file", () => {
		const script = 'cat /proc/self/mountinfo; echo; "$0" token=$$-$1 >/dev/null; cat /proc/self/mountinfo';
		const both = spawnSync("unshare", ["--mount", "sh", "-c", script, program, "leavings"], { encoding: "utf8" });
		const [before = [], after = []] = both.stdout.split("\n\n").map((list) => list.trim().split("\n"));
		expect(before.length).toBeGreaterThan(1);
		expect(after.filter((line) => !before.includes(line))).toEqual([]);
		// A mount ends here too if another test removes its directory outside this namespace.
		expect(before.filter((line) => !after.includes(line) && !line.includes(" /tmp/"))).toEqual([]);
		const left = spawnSync("find", ["/tmp", "/var/tmp", "/dev/shm", "/run", "/", "-maxdepth", "1", "-name", "*-leavings*"]);
		expect(String(left.stdout)).toBe("");
	});
});

test.each([
	{ words: ["--pid", "none"], status: 2, says: "No process 'none'" },
	// A kernel thread.
	{ words: ["--pid", "2"], status: 2, says: "No process '2'" },
	{ words: ["--container", "--all"], status: 2, says: "No running container '--all'" },
	{ words: ["redis", "--pid", "1"], status: 2, says: "Name a cage or other sandboxes" },
	{ words: ["redis", "nginx.service"], status: 2, says: "Name one cage" },
	{ words: ["--pid", "1", "--network", "none"], status: 2, says: "exclude each other" },
	{ words: [], status: 2, says: "Name one cage, or pass --container" },
])("$words is one line with status $status", async ({ says, status, words }) => {
	const isEngine = words.includes("--container");
	const result = isEngine
		? await cagewright(["selftest", ...words], { state, env, enter })
		: await inProcess(["selftest", ...words], { state });
	expect({ status: result.status, stdout: result.stdout }).toEqual({ status, stdout: "" });
	expect(result.stderr).toMatch(/^cagewright: [^\n]+\n$/);
	expect(result.stderr).toContain(says);
});
