import { describe, expect, test } from "vitest";
import { fieldOf, idOf, numberOf, pidOf, stringOf, unescapeC } from "../../src/trace/argument.ts";
import { LineReader } from "../../src/trace/line.ts";

const read = (line: string) => new LineReader().read(line);

describe("one line", () => {
	test("may have padding before the result, and commas and brackets in strings and structures", () => {
		expect(read('5  stat("/a, b) = 0 {", {st_mode=S_IFREG|0644, st_size=8 * (1), ...})   = 0')).toMatchObject({
			args: ['"/a, b) = 0 {"', "{st_mode=S_IFREG|0644, st_size=8 * (1), ...}"],
			result: 0,
		});
	});

	test.each([
		["exit_group(1)                     = ?", { result: undefined, error: undefined }],
		["wait4(-1, 0x7, 0, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)", { result: undefined }],
		["restart_syscall(<... resuming interrupted nanosleep ...>) = 0", { result: 0 }],
		["fcntl(1</dev/null>, F_GETFL)      = 0x8001 (flags O_WRONLY|O_LARGEFILE)", { result: 0x8001 }],
		["vfork()                           = 2 /* 15409 in strace's PID NS */", { result: 15409 }],
		["socket(AF_UNIX, SOCK_STREAM, 0) = 4<socket:[1]>", { result: 4, resultPath: undefined, resultLabel: "socket:[1]" }],
		['memfd_create("x", MFD_CLOEXEC)    = 4</memfd:x>(deleted)', { result: 4, resultPath: undefined }],
		['openat(AT_FDCWD</tmp>, "/tmp/x", O_RDWR) = 12</tmp/x>(deleted)', { result: 12, resultPath: undefined }],
		['openat(AT_FDCWD</>, "/a", O_RDONLY) = 104</a) = -1 ENOENT (b>', { error: undefined, resultPath: "/a) = -1 ENOENT (b" }],
	])("may have any form of result: %s", (line, expected) => expect(read(`7  ${line}`)).toMatchObject(expected));

	test("may contain shifts, which are no descriptors, and comments, which are ignored", () => {
		expect(read("1  capset({version=3, pid=1}, {effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=0}) = 0")).toMatchObject({
			args: ["{version=3, pid=1}", "{effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=0}"],
		});
		expect(read('1  execve("/usr/bin/sh", ["sh", "a,b"], 0x7f /* 33 vars, (all) */) = 0')).toMatchObject({
			args: ['"/usr/bin/sh"', '["sh", "a,b"]', "0x7f /* 33 vars, (all) */"],
		});
		expect(read("1  getsockname(5<socket:[3]>, {sa_family=AF_UNIX}, [110 => 2]) = 0")).toMatchObject({ result: 0 });
	});

	test("begins with its process", () => expect(read('123 chdir("/") = 0')).toMatchObject({ pid: 123, call: "chdir" }));

	test("may report an exit or a thread that replaces its process", () => {
		expect(read("5  +++ exited with 1 +++")).toEqual({ kind: "exit", pid: 5, how: "exit 1" });
		expect(read("5  +++ killed by SIGSEGV (core dumped) +++")).toEqual({ kind: "exit", pid: 5, how: "signal SIGSEGV" });
		expect(read("5  +++ killed by SIGKILL +++")).toEqual({ kind: "exit", pid: 5, how: "signal SIGKILL" });
		expect(read("5  +++ superseded by execve in pid 9 +++")).toEqual({ kind: "superseded", pid: 5, by: 9 });
	});

	test.each([
		"",
		"5  [ Process PID=5 runs in 32 bit mode. ]",
		"5  [ Process PID=5 runs in x32 mode. ]",
		'5  openat(AT_FDCWD</>, "/x", O_RDONLY <detached ...>',
		"5 <detached ...>",
		"strace: Process 5 detached",
		"5  --- stopped by SIGTSTP ---",
		"5  --- SIGCONT",
		"strace: Process 5 attached",
		"5  ",
		"5",
		'openat(AT_FDCWD</>, "/x", O_RDONLY) = 3',
		'5  openat(AT_FDCWD</>, "/x',
		'5  openat(AT_FDCWD</>, "/x", O_RDONLY)',
		'5  openat(AT_FDCWD</>, "/x", O_RDONLY) = ',
		'5  openat(AT_FDCWD</>, "/x", O_RDONLY) = x',
		'5  openat(AT_FDCWD</, "/x", O_RDONLY) = 3',
		"5  stat(}, 1) = 0",
		"5  stat(/* , 1) = 0",
		"5  +++ exited +++",
		"5  --- stopped by SIGSTOP ---",
		"5  <... openat resumed>) = 3",
		"5  <... ",
		'99999999999  chdir("/") = 0',
		"5  ???( <unfinished ...>",
	])("is ignored if invalid: %j", (line) => expect(read(line)).toBeUndefined());
});

describe("unfinished calls", () => {
	test("are joined per process", () => {
		const reader = new LineReader();
		expect(reader.read('1  openat(AT_FDCWD</>, "/a", O_RDONLY <unfinished ...>')).toBeUndefined();
		expect(reader.read('2  openat(AT_FDCWD</>, "/b", O_RDONLY <unfinished ...>')).toBeUndefined();
		expect(reader.read("1  <... openat resumed>)             = 4</a>")).toMatchObject({ pid: 1, resultPath: "/a", joined: true });
		expect(reader.read("2  <... openat resumed>)             = 4</b>")).toMatchObject({ pid: 2, resultPath: "/b" });
		expect(reader.read("2  <... openat resumed>)             = 4</b>")).toBeUndefined();
	});

	test("may have arguments on both sides, or never end", () => {
		const reader = new LineReader();
		reader.read("1  vfork( <unfinished ...>");
		const resumed = "1  <... vfork resumed>)              = 2 /* 15409 in strace's PID NS */";
		expect(reader.read(resumed)).toMatchObject({ result: 15409 });
		reader.read("1  wait4(-1,  <unfinished ...>");
		expect(reader.read("1  <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 5434")).toMatchObject({
			args: ["-1", "[{WIFEXITED(s) && WEXITSTATUS(s) == 1}]", "0", "NULL"],
			result: 5434,
		});
		expect(reader.read("1  wait4(-1,  <unfinished ...>) = ?")).toMatchObject({ result: undefined });
	});

	test("are not finished by another call's end", () => {
		const reader = new LineReader();
		reader.read('1  stat("/a" <unfinished ...>');
		expect(reader.read("1  <... openat resumed>) = 3")).toBeUndefined();
	});

	test("are bounded", () => {
		const reader = new LineReader();
		for (let pid = 1; pid <= 10_000; pid++) reader.read(`${pid}  stat("/${"x".repeat(5000)}" <unfinished ...>`);
		expect(reader.within(/^stat/).length).toBeLessThanOrEqual(4096);
	});
});

describe("arguments", () => {
	test("may be strings", () => {
		expect(stringOf('"/a b"')).toBe("/a b");
		expect(stringOf('"/cut"...')).toBeUndefined();
		expect(stringOf("NULL")).toBeUndefined();
		expect(stringOf("0x7ffc")).toBeUndefined();
		expect(unescapeC('\\n\\t\\v\\f\\r\\"\\\\\\0\\7x\\12\\0012\\377\\xe2\\x')).toBe('\n\t\v\f\r"\\\0\x07x\n\x012\xff\xe2x');
	});

	test("may be numbers, ids and pids", () => {
		expect(["33", "-1", "0x1f", "0644", "4*1024", "0"].map(numberOf)).toEqual([33, -1, 31, 0o644, 4096, 0]);
		expect(["RLIM64_INFINITY", "x", "12ab"].map(numberOf)).toEqual([Number.POSITIVE_INFINITY, undefined, undefined]);
		expect(["33", "-1", "4294967295"].map(idOf)).toEqual([33, undefined, undefined]);
		expect(pidOf("3 /* 15625 in strace's PID NS */")).toBe(15625);
		expect(pidOf("3")).toBe(3);
	});

	test("may have fields, which are never found inside strings", () => {
		const address = '{sa_family=AF_UNIX, sun_path="/x, sin_port=htons(1)"}';
		expect(fieldOf(address, "sun_path")).toBe('"/x, sin_port=htons(1)"');
		expect(fieldOf(address, "sin_port")).toBeUndefined();
		expect(fieldOf('{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("0.0.0.0")}', "sin_port")).toBe("htons(80)");
		expect(fieldOf("{rlim_cur=1024, rlim_max=4*1024}", "rlim_max")).toBe("4*1024");
	});
});
