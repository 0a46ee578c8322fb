import { describe, expect, test } from "vitest";
import { makeTrace } from "../../bench/make-trace.ts";
import type { Path } from "../../src/base/path/path.ts";
import { environmentName, initName } from "../../src/confine/places.ts";
import { callShape, openOperations, tracedCalls } from "../../src/trace/calls.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { LastFailures } from "../../src/trace/recorder.ts";
import { described, expected, foldRecording, recording, recordings } from "./corpus.ts";
import { accessesOf, begin, fold, startAtFirstExecve } from "./folding.ts";

const startAt = (cwd: string) => ({ start: startAtFirstExecve(), cwd: cwd as Path });

describe("operations", () => {
	test.each([
		["O_RDONLY|O_CLOEXEC", "read"],
		["O_WRONLY|O_APPEND", "write"],
		["O_RDWR", "read write"],
		["O_WRONLY|O_CREAT|O_TRUNC", "write create"],
		["O_RDONLY|O_NONBLOCK|O_DIRECTORY", "list"],
		["O_RDONLY|O_PATH|O_DIRECTORY", "look"],
		["O_RDWR|O_TMPFILE", "write"],
		["{flags=O_RDONLY|O_CREAT, mode=0600, resolve=RESOLVE_BENEATH}", "read create"],
	])("open with %s", (flags, operations) => expect(openOperations(flags).join(" ")).toBe(operations));

	test.each([
		['open("/x", O_RDONLY) = -1 EACCES (Permission denied)', { "/x": "EACCES:read" }],
		['openat2(AT_FDCWD</>, "/x", {flags=O_WRONLY, mode=0}, 24) = 3</x>', { "/x": "write" }],
		['newfstatat(3</etc>, "", {st_mode=S_IFDIR}, AT_EMPTY_PATH) = 0', {}],
		["fchmod(6</tmp/del>(deleted), 0644) = 0", {}],
		["fchmod(6</tmp/del (deleted)>, 0644) = 0", { "/tmp/del (deleted)": "write" }],
		['openat(AT_FDCWD</gone>(deleted), "x", O_RDONLY) = -1 ENOENT (No such file or directory)', {}],
		['openat2(3</d>, "../x", {flags=O_RDONLY, resolve=RESOLVE_IN_ROOT}, 24) = 4</d/x>', { "/d/x": "read" }],
		['mount("proc", "/proc", "proc", 0, NULL) = 0', { "/proc": "enter" }],
		['mount("/dev/sda1", "/x", "ext4", 0, NULL) = 0', { "/dev/sda1": "read", "/x": "enter" }],
		["utimensat(3</x>, NULL, NULL, 0) = 0", { "/x": "write" }],
		['lsetxattr("/x", "user.a", "b", 1, 0) = -1 EROFS (Read-only file system)', { "/x": "EROFS:write" }],
		['mkdir("/a//b/./c/", 0755) = 0', { "/a/b/c": "create" }],
		['stat("/a/../b", {st_mode=0}) = 0', { "/a/../b": "look" }],
		["chmod(NULL, 0) = -1 EFAULT (Bad address)", {}],
		['chmod("/never/told", 0) = ?', {}],
		['openat(AT_FDCWD</>, "/x", O_RDONLY) = -1 EINTR (Interrupted system call)', {}],
		['read(3</x>, "abc", 3) = 3', {}],
	])("%s", (line, expected) => expect(accessesOf(fold(`${begin}10  ${line}`))).toEqual(expected));

	test("every traced call has a shape, and calls that move data are not traced", () => {
		const names = tracedCalls.split(",");
		expect(names.every((name) => name.startsWith("?") && callShape(name.slice(1)))).toBe(true);
		expect(names.filter((name) => /^\?(read|write|recvfrom|epoll_wait|fstat|close)$/.test(name))).toEqual([]);
	});
});

describe("an access", () => {
	test("records who did it, with which call and result, and where it arrived", () => {
		const { accesses } = fold(
			`${begin}10  setresuid(33, 33, 33) = 0
10  openat(AT_FDCWD</>, "/lib/libz.so.1", O_RDONLY) = 3</usr/lib/libz.so.1.3>
10  execve("/bin/other", ["other"], 0x7f /* 1 var */) = 0
10  stat("/lib/libz.so.1", {st_mode=0}) = 0
10  access("/lib/libz.so.1", W_OK) = -1 EACCES (Permission denied)`,
		).trace;
		expect(accesses.get("/lib/libz.so.1" as Path)).toEqual({
			path: "/lib/libz.so.1",
			succeeded: new Set(["read", "look"]),
			rootOps: new Set(),
			failed: new Map([["EACCES", new Set(["look"])]]),
			calls: new Set(["openat", "stat", "access"]),
			programs: new Set(["/bin/app", "/bin/other"]),
			real: "/usr/lib/libz.so.1.3",
		});
	});

	test("by root and by others with the same line is recorded for both", () => {
		const line = 'openat(AT_FDCWD</>, "/x", O_RDONLY) = 3</x>\n';
		const many = Array.from({ length: 20 }, () => `10  ${line}`).join("");
		const folded = fold(`${begin}10  setresuid(-1, 33, -1) = 0\n${many}10  setresuid(-1, 0, -1) = 0\n10  ${line}`);
		expect(folded.trace.accesses.get("/x" as Path)?.rootOps).toEqual(new Set(["read"]));
		expect(folded.trace.calls).toBe(24);
	});
});

test("is the same with and without remembered lines", () => {
	const once = Buffer.concat([...makeTrace(3000, 60)]).toString("latin1");
	const often = once.repeat(6);
	const [first, repeated] = [fold(once), fold(often)];
	expect(repeated.trace.accesses).toEqual(first.trace.accesses);
	expect(repeated.trace.calls).toBe(6 * first.trace.calls);
	expect(repeated.counts()).toEqual(first.counts());
});

describe("the base of relative names", () => {
	const namesIn = (lines: string, cwd?: string) => Object.keys(accessesOf(fold(begin + lines, cwd ? startAt(cwd) : undefined)));

	test("is the given working directory, then follows chdir and fchdir", () => {
		const lines = `10  stat("a", {st_mode=0}) = 0
10  chdir("sub") = 0
10  stat("b", {st_mode=0}) = 0
10  chdir("/gone") = -1 ENOENT (No such file or directory)
10  chdir("..") = 0
10  stat("c", {st_mode=0}) = 0
10  fchdir(7</etc>) = 0
10  stat("passwd", {st_mode=0}) = 0`;
		const names = ["/srv/a", "/srv/sub", "/srv/sub/b", "/gone", "/srv/sub/..", "/srv/c", "/etc", "/etc/passwd"];
		expect(namesIn(lines, "/srv")).toEqual(names);
	});

	test("is not the descriptor of an inotify watch", () => {
		const text = `${begin}10  inotify_add_watch(5<anon_inode:inotify>, "x", IN_MODIFY) = 1`;
		expect(accessesOf(fold(text, startAt("/srv")))).toEqual({ "/srv/x": "look" });
	});

	test("is corrected by what AT_FDCWD shows", () => {
		const lines = '10  newfstatat(AT_FDCWD</real/place>, "a", {st_mode=0}, 0) = 0\n10  stat("b", {st_mode=0}) = 0';
		expect(namesIn(lines, "/link")).toEqual(["/real/place/a", "/real/place/b"]);
	});

	test("is the parent's for a child, and shared by threads", () => {
		const lines = `10  chdir("/one") = 0
10  fork() = 11
11  chdir("/two") = 0
10  stat("a", {st_mode=0}) = 0
11  stat("b", {st_mode=0}) = 0
11  clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD, exit_signal=0} => {parent_tid=[12]}, 88) = 12
12  chdir("/three") = 0
11  stat("c", {st_mode=0}) = 0`;
		expect(namesIn(lines)).toEqual(["/one", "/two", "/one/a", "/two/b", "/three", "/three/c"]);
	});

	test("is known for a child that appears before its parent's fork returns", () => {
		const lines = `10  chdir("/one") = 0
10  vfork( <unfinished ...>
11  stat("a", {st_mode=0}) = 0
11  chdir("/two") = 0
10  <... vfork resumed>) = 3 /* 11 in strace's PID NS */
11  stat("b", {st_mode=0}) = 0
10  stat("c", {st_mode=0}) = 0`;
		expect(namesIn(lines)).toEqual(["/one", "/one/a", "/two", "/two/b", "/one/c"]);
	});

	test("waits for a child's name if two processes could be its parent", () => {
		const lines = `10  chdir("/one") = 0
10  fork() = 11
11  chdir("/two") = 0
10  vfork( <unfinished ...>
11  vfork( <unfinished ...>
12  stat("a", {st_mode=0}) = 0
13  stat("b", {st_mode=0}) = 0
11  <... vfork resumed>) = 12
10  <... vfork resumed>) = 13`;
		expect(namesIn(lines)).toEqual(["/one", "/two", "/two/a", "/one/b"]);
	});

	test("is guessed at the end for a child without a known parent", () => {
		expect(namesIn('10  chdir("/one") = 0\n11  stat("a", {st_mode=0}) = 0')).toEqual(["/one", "/one/a"]);
	});

	test("is kept by a thread's execve, which strace reports for its process (and as ENOSYS under --seccomp-bpf)", () => {
		const folded = fold(`${begin}10  chdir("/usr") = 0
10  clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD} => {parent_tid=[11]}, 88) = 11
11  execve("bin/true", ["true"], 0x7f /* 33 vars */ <pid changed to 10 ...>
10  +++ superseded by execve in pid 11 +++
10  <... execve resumed>)             = -1 ENOSYS (Function not implemented)
10  openat(AT_FDCWD</usr>, "x", O_RDONLY) = 4</usr/x>
10  +++ exited with 0 +++`);
		expect(accessesOf(folded)).toEqual({ "/usr": "enter", "/usr/bin/true": "execute", "/usr/x": "read" });
		expect(folded.trace.programs).toEqual(new Set(["/bin/app", "/usr/bin/true"]));
		expect(folded.trace.exits).toEqual([{ pid: 10, how: "exit 0" }]);
	});

	test("stays outside after the application's own chroot", () => {
		// Real lines: strace shows descriptors from outside, while the program's names are relative to its root.
		const folded = fold(`${begin}10  chroot("/tmp/jail")               = 0
10  chdir("/")                        = 0
10  newfstatat(AT_FDCWD</tmp/jail>, "etc/f", {st_mode=S_IFREG|0644, st_size=0, ...}, 0) = 0
10  openat(AT_FDCWD</tmp/jail>, "/etc/f", O_RDONLY|O_CLOEXEC) = 3</tmp/jail/etc/f>
10  chdir("etc")                      = 0
10  stat("g", {st_mode=0}) = 0
10  chdir("../../..")                 = 0
10  stat("h", {st_mode=0}) = 0`);
		expect(accessesOf(folded)).toEqual({
			"/tmp/jail": "enter",
			"/tmp/jail/etc/f": "look read",
			"/tmp/jail/etc": "enter",
			"/tmp/jail/etc/g": "look",
			"/tmp/jail/h": "look",
		});
		expect(folded.trace.chroots).toEqual(new Set(["/tmp/jail"]));
	});

	test("for a rename or link between directories is the directory that contains both", () => {
		const folded = fold(`${begin}10  chroot("/var/spool/app")               = 0
10  chdir("/")                        = 0
10  rename("/in/1/a", "/out/a")       = 0
10  rename("/out/a", "/out/b")        = 0
10  rename("/out/b", "/gone/b")       = -1 EXDEV (Invalid cross-device link)
10  linkat(AT_FDCWD</var/spool/app>, "/in/c", AT_FDCWD</var/spool/app>, "/in/2/c", 0) = 0`);
		expect(folded.trace.moves).toEqual(new Set(["/var/spool/app", "/var/spool/app/in"]));
	});
});

describe("the application's start", () => {
	// Shortened from a launcher's trace: setpriv, unshare, sh, mount, chroot, init, environment, application.
	const launch = `20  execve("/usr/bin/setpriv", ["setpriv"], 0x7f /* 3 vars */) = 0
20  execve("/usr/bin/unshare", ["unshare"], 0x7f /* 3 vars */) = 0
20  clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f) = 21
21  execve("/usr/bin/sh", ["sh"], 0x7f /* 3 vars */) = 0
21  vfork( <unfinished ...>
22  execve("/usr/bin/mount", ["mount"], 0x7f /* 3 vars */ <unfinished ...>
21  <... vfork resumed>)              = 2 /* 22 in strace's PID NS */
22  <... execve resumed>)             = 0
22  mount("x", "/cage/tmp", "tmpfs", 0, NULL) = 0
22  +++ exited with 0 +++
21  chdir("/cage") = 0
21  chroot(".") = 0
21  chdir("/") = 0
21  execve("/.launch/${initName}", ["${initName}"], 0x7f /* 3 vars */) = 0
21  clone(child_stack=NULL, flags=SIGCHLD) = 3 /* 23 in strace's PID NS */
23  execve("/.launch/${environmentName}", ["${environmentName}"], 0x7f /* 1 var */) = 0
23  setresuid(33, 33, 33) = 0
23  execve("/usr/sbin/app", ["app"], 0x7f /* 1 var */) = 0
23  openat(AT_FDCWD</>, "etc/app.conf", O_RDONLY) = 3</etc/app.conf>
23  stat("x", {st_mode=0}) = 0
21  kill(3 /* 23 in strace's PID NS */, SIGTERM) = 0
21  openat(AT_FDCWD</>, "/.launch/x", O_RDONLY) = 3</.launch/x>
23  fork() = 4 /* 24 in strace's PID NS */
24  +++ killed by SIGSEGV (core dumped) +++
23  +++ exited with 7 +++
21  +++ exited with 7 +++
20  +++ exited with 7 +++`;

	test("follows the launcher, which is not recorded but whose changes are known", () => {
		const folded = fold(launch, {});
		expect(folded.started).toBe(true);
		expect([folded.initPid, folded.mainPid]).toEqual([21, 23]);
		expect(accessesOf(folded)).toEqual({ "/usr/sbin/app": "execute", "/etc/app.conf": "read", "/x": "look" });
		const { trace } = folded;
		expect(trace.programs).toEqual(new Set(["/usr/sbin/app"]));
		expect([...trace.capabilities.keys(), ...trace.uids, ...trace.chroots]).toEqual([]);
		expect(trace.accesses.get("/etc/app.conf" as Path)?.rootOps.size).toBe(0);
		expect(trace.exits.map(({ how, pid }) => `${pid} ${how}`)).toEqual(["23 exit 7", "24 signal SIGSEGV"]);
	});

	test("names the programs that the main process becomes", () => {
		const { trace } = fold(`${begin}10  clone(child_stack=NULL, flags=SIGCHLD) = 11
11  execve("/usr/bin/uname", ["uname"], 0x7f /* 33 vars */) = 0
10  execve("/usr/bin/java", ["java"], 0x7f /* 33 vars */) = 0`);
		expect(trace.mainPrograms).toEqual(new Set(["/bin/app", "/usr/bin/java"]));
	});

	test("includes the service's commands before and after it, but none of the launch's own programs", () => {
		const environment = `execve("./${environmentName}", ["${environmentName}"], 0x7f /* 1 var */) = 0`;
		const folded = fold(
			`21  execve("/.launch/${initName}", ["${initName}"], 0x7f /* 3 vars */) = 0
21  chdir("/.launch") = 0
21  clone(child_stack=NULL, flags=SIGCHLD) = 2 /* 23 in strace's PID NS */
23  clone(child_stack=NULL, flags=SIGCHLD) = 3 /* 24 in strace's PID NS */
24  ${environment}
24  openat(AT_FDCWD</>, "/.launch/x", O_RDONLY) = 3</.launch/x>
24  execve("/opt/before", ["before"], 0x7f /* 1 var */) = 0
24  stat("/before", {st_mode=0}) = 0
24  +++ exited with 1 +++
23  ${environment}
23  execve("/usr/sbin/app", ["app"], 0x7f /* 1 var */) = 0
21  clone(child_stack=NULL, flags=SIGCHLD) = 4 /* 25 in strace's PID NS */
25  clone(child_stack=NULL, flags=SIGCHLD) = 5 /* 26 in strace's PID NS */
26  ${environment}
26  execve("/opt/after", ["after"], 0x7f /* 1 var */) = 0
26  stat("/after", {st_mode=0}) = 0
25  stat("/never", {st_mode=0}) = 0
23  +++ exited with 7 +++`,
			{},
		);
		expect([folded.initPid, folded.mainPid]).toEqual([21, 23]);
		expect(accessesOf(folded)).toEqual({
			"/opt/before": "execute",
			"/before": "look",
			"/usr/sbin/app": "execute",
			"/opt/after": "execute",
			"/after": "look",
		});
	});

	test("uses the given working directory", () => {
		expect(Object.keys(accessesOf(fold(launch, { cwd: "/srv" as Path })))).toContain("/etc/app.conf");
		const relative = launch.replace('openat(AT_FDCWD</>, "etc/app.conf", O_RDONLY) = 3</etc/app.conf>', 'chmod("a", 0) = 0');
		expect(Object.keys(accessesOf(fold(relative, { cwd: "/srv" as Path })))).toContain("/srv/a");
	});

	test("is not found without an init", () => {
		const folded = fold(`${begin}10  stat("/x", {st_mode=0}) = 0`, {});
		expect([folded.started, folded.trace.accesses.size, folded.trace.calls]).toEqual([false, 0, 0]);
	});
});

describe("the names of all calls", () => {
	const every = { start: startAtFirstExecve(), hasEveryCall: true };
	const refusalsOf = (text: string) =>
		[...fold(begin + text, every).trace.refusals.values()].map(({ call, error }) => [call, error]);

	test("are recorded once each, from the application's start, only if strace shows them all", () => {
		const reads = "10  read(0x3, 0x7f, 0x10) = 0x10\n10  read(0x3, 0x7f, 0x10) = 0\n";
		const text = `${begin}${reads}10  futex(0x7f, 0, 0 <unfinished ...>\n10  stat("/x", 0x7f) = 0`;
		expect([...(fold(text, every).trace.systemCalls ?? [])].sort()).toEqual(["futex", "read", "stat"]);
		expect(fold(text).trace.systemCalls).toBeUndefined();
	});
	const eperm = "-1 EPERM (Operation not permitted)";
	test.each([
		["one that is refused", `10  msgget(0, 0x3b6) = ${eperm}`, [["msgget", "EPERM"]]],
		["one in two lines", `10  mlockall(1 <unfinished ...>\n10  <... mlockall resumed>) = ${eperm}`, [["mlockall", "EPERM"]]],
		["none that fails otherwise", "10  mlockall(0x1) = -1 ENOMEM (Cannot allocate memory)", []],
		["one that kills", "10  unshare(0) = ?\n10  +++ killed by SIGSYS (core dumped) +++", [["unshare", "SIGSYS"]]],
		["none before another signal", "10  getpid() = 1\n10  +++ killed by SIGTERM +++", []],
	])("include as refused %s", (_, lines, expected) => expect(refusalsOf(lines)).toEqual(expected));
});

test("each failure is listed once, the newest last, up to a limit", () => {
	const failures = new LastFailures();
	for (let at = 0; at < 100; at++) failures.add(`/${at}`);
	failures.add("/99");
	failures.add("/50");
	const list = failures.list();
	expect(list.slice(-3)).toEqual(["/98", "/99", "/50"]);
	expect(new Set(list).size).toBe(list.length);
	expect(list).not.toContain("/20");
});

test.each([
	["failed are ignored", 1, ["/etc/b", "/etc/a", "setgroups"]],
	["left its work to a daemon count", 0, ["/etc/b", "/etc/a", "setgroups", "/etc/c"]],
])("failures after the main process %s", (_, status, expected) => {
	const fold = new TraceFold({ start: { initPid: 1, isApplication: () => true } });
	const lines = [
		'10 execve("/usr/bin/app", ["app"], 0x1 /* 0 vars */) = 0',
		'10 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file or directory)',
		'10 openat(AT_FDCWD, "/etc/b", O_RDONLY) = -1 EACCES (Permission denied)',
		'10 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file or directory)',
		"10 fork() = 11",
		"10 setgroups(1, [0]) = -1 EPERM (Operation not permitted)",
		`10 +++ exited with ${status} +++`,
		'11 openat(AT_FDCWD, "/etc/c", O_RDONLY) = -1 ENOENT (No such file or directory)',
	];
	fold.feed(Buffer.from(`${lines.join("\n")}\n`));
	fold.end();
	expect(fold.lastFailed()).toEqual(expected);
});

describe("recordings of programs that make every kind of call", () => {
	test.each(recordings)("%s", (name) => expect(described(foldRecording(recording(name)))).toBe(expected(name)));
});
