import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { type RunningProcess, traceOfRunning } from "../../src/trace/running.ts";
import { accessesOf, summary } from "./folding.ts";

const root = { real: 0, effective: 0, saved: 0 };
const www = { real: 33, effective: 33, saved: 33 };
const running = (values: Partial<RunningProcess>): RunningProcess => ({
	pid: 100,
	threads: [100],
	program: "/usr/sbin/app" as Path,
	cwd: "/srv" as Path,
	root: "",
	uid: root,
	gid: root,
	groups: [],
	mapped: [],
	descriptors: [],
	sockets: [],
	...values,
});

describe("the trace of a running application", () => {
	const main = running({
		mapped: ["/lib/libc.so.6" as Path],
		descriptors: [
			{ path: "/var/log/app" as Path, flags: 0o102001 },
			{ path: "/etc" as Path, flags: 0o200000 },
			{ path: "/var/lib/db" as Path, flags: 0o2 },
			{ path: "/srv/page" as Path, flags: 0o100000 },
			{ path: "/proc/self" as Path, flags: 0o10000000 },
		],
		sockets: [
			{ family: "AF_INET", protocol: "tcp", port: 80 },
			{ family: "AF_UNIX", name: "/run/app.sock" as Path },
			{ family: "AF_UNIX", name: "@hidden" as Path },
			{ family: "AF_NETLINK" },
		],
	});
	const worker = running({ pid: 101, threads: [101], uid: www, gid: www, groups: [33, 44], root: "/var/empty" as Path });

	test("contains its files, sockets and accounts, and says that more may be missing", () => {
		const trace = traceOfRunning([main, worker], "/usr/bin/app-link" as Path);
		const accesses = Object.fromEntries([...trace.accesses.values()].map((access) => [access.path, summary(access)]));
		expect([...trace.families]).toEqual(["AF_INET", "AF_UNIX", "AF_NETLINK"]);
		expect(accesses).toEqual({
			"/usr/sbin/app": "execute",
			"/usr/bin/app-link": "execute",
			"/lib/libc.so.6": "read",
			"/var/log/app": "write",
			"/etc": "list",
			"/var/lib/db": "read write",
			"/srv/page": "read",
			"/proc/self": "look",
			"/srv": "enter",
			"/run/app.sock": "listen",
			"/var/empty": "enter",
		});
		expect([...trace.capabilities.keys()].sort()).toEqual(["net_bind_service", "setgid", "setuid", "sys_chroot"]);
		expect([[...trace.uids], [...trace.gids]]).toEqual([[33], [33, 44]]);
		expect([[...trace.ports], [...trace.abstractSockets], [...trace.chroots]]).toEqual([["tcp 80"], ["hidden"], ["/var/empty"]]);
		expect([...trace.gaps]).toEqual(["start-up"]);
		expect(trace.accesses.get("/var/log/app" as Path)?.rootOps).toEqual(new Set(["write"]));
	});

	test("contains no switch to an account that all processes have", () => {
		const both = [100, 101].map((pid) => running({ pid, uid: www, gid: www }));
		const trace = traceOfRunning(both, "/usr/sbin/app" as Path);
		expect([trace.capabilities.size, trace.uids.size, trace.gids.size]).toEqual([0, 0, 0]);
	});
});

test("resolves names from each process's directory and root", () => {
	const fold = new TraceFold();
	fold.join([
		running({ threads: [100, 105] }),
		running({ pid: 101, threads: [101], cwd: "/var/empty/in" as Path, root: "/var/empty" as Path }),
	]);
	const lines = ['100  access("a", R_OK) = 0', '105  chdir("/opt") = 0', '100  access("b", R_OK) = 0'];
	lines.push(...["c", "/d", "../../../../e"].map((name) => `101  access("${name}", R_OK) = 0`), "101 <detached ...>\n");
	fold.feed(Buffer.from(lines.join("\n")));
	fold.end();
	expect(Object.keys(accessesOf(fold))).toEqual(["/srv/a", "/opt", "/opt/b", "/var/empty/in/c", "/var/empty/d", "/var/empty/e"]);
	expect([fold.started, fold.mainPid]).toEqual([true, 100]);
});

test("shows the host's process numbers, by which the administrator chose the process", () => {
	const fold = new TraceFold();
	fold.join([running({})]);
	fold.feed(Buffer.from("100  fork() = 3 /* 102 in strace's PID NS */\n"));
	expect(fold.tree().rows).toMatchObject([
		{ depth: 0, shownPid: 100 },
		{ depth: 1, shownPid: 102 },
	]);
});
