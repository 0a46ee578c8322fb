import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../bundle.ts";
import { isLong, some } from "../long.ts";
import { begin, cagewright, type Made, make, startRun, temporaryFolder, temporaryState, type Where } from "./cagewright.ts";
import { type GroupView, groupView } from "./cgroups.ts";
import { pythonPages, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";

/** A real process in the cage reaches each limit, with and without cgroups. */

const state = temporaryState();
let view: GroupView;
let where: Where;
/** Hides the cgroups, as in a container without them. */
let withoutGroups: Where;
const limits = ["--limit-memory", "96M", "--limit-processes", "8", "--limit-files", "64"];
let port: number;

const server = () => wordsOf(pythonPages(port));

const python = (name: string, code: string, how: Where) => cagewright(["run", name, "--", "/usr/bin/python3", "-c", code], how);

const allocates = "print(len(bytearray(200 << 20)))";
const opens = `
files = []
try:
	while len(files) < 500: files.append(open("/dev/null"))
except OSError as error: print("refused", len(files) < 64)`;
const forks = `
import os
held, end = os.pipe()
try:
	for _ in range(50):
		if os.fork() == 0: os.close(end); os.read(held, 1); os._exit(0)
except OSError as error: print("refused", error.errno)`;

/** Returns the cgroups of the launches that this process started. */
function groupsOf(pid: number): string[] {
	const found: string[] = [];
	const walk = (folder: string, depth: number) => {
		for (const entry of readdirSync(folder, { withFileTypes: true })) {
			if (!entry.isDirectory()) continue;
			if (entry.name.startsWith(`cagewright.scratch-${pid}-`)) found.push(join(folder, entry.name));
			else if (depth < 6) walk(join(folder, entry.name), depth + 1);
		}
	};
	walk(view.from("/sys/fs/cgroup"), 0);
	return found;
}

let made: Made;
beforeAll(async () => {
	view = await groupView({ controllers: true });
	where = { state, enter: view.enter };
	withoutGroups = { state, enter: ["unshare", "--mount", "sh", "-c", 'umount -lR /sys/fs/cgroup 2>/dev/null; exec "$@"', "sh"] };
	port = await freePort();
	// The kernel counts an account's processes on the whole machine, so no other test uses this account.
	made = await make(["--name", "limited", "--user", "irc", ...limits, ...server()], where);
});

test("the result says how each limit is enforced", () => {
	expect(made.confinement.limits).toEqual([
		{ kind: "memory", value: 96 << 20, by: "cgroup" },
		{ kind: "processes", value: 8, by: "cgroup" },
		{ kind: "files", value: 64, by: "rlimit" },
	]);
});

describe.each(
	some(1, [
		["control groups", () => where, 137],
		["resource limits alone", () => withoutGroups, 1],
	] as const),
)("by %s", (_name, how, status) => {
	test("memory is limited", async () => {
		expect(await python("limited", allocates, how())).toMatchObject({ status, stdout: "" });
	});
	test("the number of processes is limited", async () => {
		expect(await python("limited", forks, how())).toMatchObject({ status: 0, stdout: "refused 11\n" });
	});
	test("the number of open files is limited", async () => {
		expect(await python("limited", opens, how())).toMatchObject({ status: 0, stdout: "refused True\n" });
	});
});

test.runIf(isLong)("without a cgroup, a root start with a process limit is refused", async () => {
	const words = ["make", "--yes", "--quiet", "--name", "rooted", "--limit-processes", "8", ...server()];
	const { status, stderr } = await cagewright(words, withoutGroups);
	expect(status).toBe(3);
	expect(stderr).toMatch(/^cagewright: [^\n]*--limit-processes[^\n]*\n$/);
});

test("a cgroup that a launch in another PID namespace just created stays", async () => {
	const { child, groups } = await groupMaker();
	try {
		expect(groups).toHaveLength(1);
		const other: Where = { state, enter: [...view.enter, "unshare", "--pid", "--fork", "--mount-proc"] };
		expect(await python("limited", "print(1)", other)).toMatchObject({ status: 0, stdout: "1\n" });
		for (const { folder } of groups) expect(existsSync(view.from(folder))).toBe(true);
	} finally {
		for (const { folder } of groups) rmdirSync(view.from(folder));
		child.stdin.end();
		await once(child, "close");
	}
});

/** Starts a process that sees the cgroups, creates one as a launch does, and runs until its stdin ends. Anybody may remove a dead launch's cgroup. */
async function groupMaker() {
	const module = bundle(`${temporaryFolder("limits")}/cgroups.mjs`, { file: "src/launch/host/cgroups.ts" });
	const script = `import { prepareLimits } from "${module}"; console.log(JSON.stringify(await prepareLimits({ processes: 8 }, { uid: 0 }))); process.stdin.resume();`;
	const [enter = "", ...into] = view.enter;
	const words = [...into, process.execPath, "--input-type=module", "--eval", script];
	const child = spawn(enter, words, { stdio: ["pipe", "pipe", "inherit"] });
	const ended = once(child, "close").then(([status]): never => {
		throw new Error(`ended with ${status}`);
	});
	const [printed] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer];
	ended.catch(() => {});
	return { child, groups: JSON.parse(printed.toString()) as { folder: string }[] };
}

test("no cgroup remains, and that of a killed run is removed by the next start", async () => {
	const first = startRun("limited", where);
	await eventually(() => fetchPage(`http://127.0.0.1:${port}/`));
	expect(groupsOf(first.pid)).not.toEqual([]);
	await first.stop("SIGKILL");
	// Its cgroup stays until the next start of any cage, which may be another test's.
	await eventually(async () => {
		const next = begin(["run", "limited", "--", "/usr/bin/python3", "-c", "print(1)"], where);
		expect((await next.ended).stdout).toBe("1\n");
		expect(groupsOf(first.pid)).toEqual([]);
		expect(groupsOf(next.pid)).toEqual([]);
	});
});
