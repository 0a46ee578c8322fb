import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nativeProgram } from "../../src/base/host/release.ts";
import { seccompFilter } from "../../src/confine/seccomp/compile-filter.ts";
import { describeFilter } from "../../src/confine/seccomp/filter.ts";
import type { FilterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { type Architecture, type SyscallName, syscallNumber } from "../../src/confine/seccomp/syscalls.ts";
import { initData } from "../../src/launch/programs/init.ts";

/** Real system calls with the real filter. perl makes them, because every Debian has it, and it offers syscall(). */
const architecture = process.arch as Architecture;
const closed: FilterPermissions = { unixSockets: false, memfd: false };

let directory: string;
/** Target of the calls on descriptor 0. Never /dev/null: the control run without the filter would change the host's device node. */
let standardInput: number | undefined;
beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "seccomp-"));
	writeFileSync(join(directory, "file"), "");
	standardInput = openSync(join(directory, "file"), "r");
});
afterAll(() => {
	if (standardInput !== undefined) closeSync(standardInput);
	rmSync(directory, { recursive: true, force: true });
});

function filtered(permissions: FilterPermissions, command: readonly string[]): string[] {
	const file = join(directory, `filter-${JSON.stringify(permissions).replace(/\W+/g, "-")}`);
	writeFileSync(file, seccompFilter(architecture, permissions));
	return ["setpriv", "--no-new-privs", "--seccomp-filter", file, "--", ...command];
}

function run(command: readonly string[]) {
	const [program = "", ...args] = command;
	const stdio = [standardInput ?? "ignore", "pipe", "ignore"] as const;
	const { signal, status, stdout } = spawnSync(program, args, { stdio: [...stdio], cwd: directory, encoding: "utf8" });
	return { stdout: stdout.trimEnd(), exitCode: status ?? undefined, signal };
}

/** perl makes one call per argument: the number and its arguments, separated by tabs; "=" precedes a string. Prints each call's errno, 0 for success. */
const caller = `
for (@ARGV) {
	my ($number, @args) = split /\\t/;
	my @values = map { /^=(.*)/ ? "$1" : 0 + $_ } @args;
	$! = 0;
	my $result = syscall(0 + $number, @values);
	exit if $result == 0 && $number == $ENV{CLONE};
	print $result == -1 ? 0 + $! : 0, "\\n";
}`;

type Call = readonly [name: SyscallName | number, ...args: (number | string)[]];

function perl(calls: readonly Call[]): string[] {
	const written = calls.map(([name, ...args]) =>
		[typeof name === "number" ? name : syscallNumber(name, architecture), ...args].join("\t"),
	);
	return ["env", `CLONE=${syscallNumber("clone", architecture)}`, "perl", "-e", caller, "--", ...written];
}

const errno: Record<string, number> = { ok: 0, EPERM: 1, ENOSYS: 38, EPROTONOSUPPORT: 93, EOPNOTSUPP: 95, EAFNOSUPPORT: 97 };
const sigchld = 17;
const pair = "=        ";
const unix = { ...closed, unixSockets: true };

/**
 * Each promise, the call that tries to break it, and the filter's answer. Without the filter, root gets another answer to each call.
 * The test checks that too, because otherwise it would prove nothing.
 */
const denied: readonly [promise: string, call: Call, answer: string, permissions?: FilterPermissions][] = [
	["nothing is mounted", ["mount", "=none", "=/nonexistent", "=tmpfs", 0, 0], "EPERM"],
	["nothing is unmounted", ["umount2", "=/nonexistent", 0], "EPERM"],
	["no file system is opened", ["fsopen", "=tmpfs", 0], "EPERM"],
	["no mount is moved", ["move_mount", -1, "=a", -1, "=b", 0], "EPERM"],
	["no tree is cloned", ["open_tree", -100, "=/", 1], "EPERM"],
	["no mount gets other flags", ["mount_setattr", -1, "=a", 0, 0, 0], "EPERM"],
	["the root is not pivoted", ["pivot_root", "=/nonexistent", "=/nonexistent"], "EPERM"],
	["no rename leaves a device node", ["renameat2", -100, "=absent", -100, "=other", 4], "EPERM"],
	["no rarer protocol is loaded by its number", ["socket", 2, 2, 136], "EPROTONOSUPPORT"],
	["the root is not changed again", ["chroot", "=/"], "EPERM"],
	["no process is traced", ["ptrace", 0, 0, 0, 0], "EPERM"],
	["no memory of a process is read", ["process_vm_readv", 1, 0, 0, 0, 0, 0], "EPERM"],
	["no descriptor of a process is taken", ["pidfd_getfd", -1, 0, 0], "EPERM"],
	["no namespace is made by unshare", ["unshare", 0x04000000], "EPERM"],
	["no user namespace is made by unshare", ["unshare", 0x10000000], "EPERM"],
	["no user namespace is made by clone", ["clone", 0x10000000 + sigchld, 0, 0, 0, 0], "EPERM"],
	["no mount namespace is made by clone", ["clone", 0x00020000 + sigchld, 0, 0, 0, 0], "EPERM"],
	["no namespace is entered", ["setns", -1, 0], "EPERM"],
	["clone3 sends libc to clone", ["clone3", 0, 0], "ENOSYS"],
	["openat2 sends libc to openat", ["openat2", -100, "=/", 0, 0], "ENOSYS"],
	["io_uring does not exist", ["io_uring_setup", 0, 0], "ENOSYS"],
	["no key is read", ["keyctl", 0, -3, 0], "EPERM"],
	["no key is added", ["add_key", "=user", "=a", "=b", 1, -2], "EPERM"],
	["no BPF program is loaded", ["bpf", 5, 0, 0], "EPERM"],
	["no performance counter is read", ["perf_event_open", 0, 0, -1, -1, 0], "EPERM"],
	["no file is opened by its handle", ["open_by_handle_at", -1, 0, 0], "EPERM"],
	["no file is watched with a descriptor", ["fanotify_init", 0, 0], "EPERM"],
	["no module is loaded", ["finit_module", -1, "=", 0], "EPERM"],
	["the machine is not restarted", ["reboot", 0, 0, 0, 0], "EPERM"],
	["no kernel is loaded", ["kexec_load", 0, 0, 0, -1], "EPERM"],
	["swap stays on", ["swapoff", "=/nonexistent"], "EPERM"],
	["the host keeps its name", ["sethostname", "=a", -1], "EPERM"],
	["the clock is not set", ["clock_settime", -1, 0], "EPERM"],
	["the kernel's log is not read", ["syslog", 10, 0, 0], "EPERM"],
	["nothing is run from a descriptor", ["execveat", -1, "=", 0, 0, 0], "EPERM"],
	["nothing is stored in an unnamed file", ["memfd_create", "=a", 0], "EPERM"],
	["nothing is typed into the terminal", ["ioctl", 0, 0x5412, "=x"], "EPERM"],
	["the console's selection is not pasted", ["ioctl", 0, 0x541c, "=x"], "EPERM"],
	["no socket reaches other processes by AF_UNIX", ["socket", 1, 1, 0], "EAFNOSUPPORT"],
	["no datagram pair replaces AF_UNIX", ["socketpair", 1, 2, 0, pair], "EPERM"],
	["no raw pair replaces AF_UNIX", ["socketpair", 1, 3, 0, pair], "EPERM"],
	["no frame is read from the wire", ["socket", 17, 3, 0], "EAFNOSUPPORT"],
	["no frame is read by the family's old name", ["socket", 2, 10, 0x300], "EPERM", { ...closed, rawSockets: true }],
	["no packet is forged", ["socket", 2, 3, 1], "EPERM"],
	["no packet of IPv6 is forged", ["socket", 10, 3, 58], "EPERM"],
	["addresses and routes are not asked for", ["socket", 16, 3, 0], "EAFNOSUPPORT"],
	["device events are not listened to", ["socket", 16, 3, 15], "EAFNOSUPPORT", { ...closed, netlink: true }],
	["no setuid bit is set", ["chmod", "=file", 0o4755], "EPERM"],
	["no setgid bit is set", ["fchmodat", -100, "=file", 0o2755], "EPERM"],
	["no setuid bit is set by the newest chmod", ["fchmodat2", -100, "=file", 0o4755, 0], "EPERM"],
	["no setuid bit is set on a descriptor", ["fchmod", 0, 0o4755], "EPERM"],
	["no file is created setuid", ["openat", -100, "=file", 0o100 + 1, 0o4755], "EPERM"],
	["no unnamed file is created setuid", ["openat", -100, "=.", 0x410002, 0o4755], "EPERM"],
	["no file is created setuid by mknod", ["mknodat", -100, "=suid", 0o104755, 0], "EPERM"],
	["no character device is made", ["mknodat", -100, "=character", 0o020644, 0x103], "EPERM"],
	["no block device is made", ["mknodat", -100, "=block", 0o060644, 0x700], "EPERM"],
	["addresses stay random", ["personality", 0x0040000], "EPERM"],
	["the memory map is not rewritten", ["prctl", 35, 15, pair, 0, 0], "EPERM"],
	["no memory is mapped to be written and executed", ["mmap", 0, 4096, 7, 0x22, -1, 0], "EPERM"],
	["no memory is mapped to be written and executed but not read", ["mmap", 0, 4096, 6, 0x22, -1, 0], "EPERM"],
	["no anonymous memory is executable, because a second view could write it", ["mmap", 0, 4096, 5, 0x21, -1, 0], "EPERM"],
	["no memory is made executable", ["mprotect", 0, 0, 5], "EPERM"],
	["no memory is made executable by pkey_mprotect", ["pkey_mprotect", 0, 0, 4, -1], "EPERM"],
	["no shared memory is executed", ["shmat", -1, 0, 0x8000], "EPERM"],
	// The kernel reads the lower word only. Higher bits must not bypass a rule.
	["nothing is typed by a longer number", ["ioctl", 0, 0x1_0000_5412, "=x"], "EPERM"],
	["no user namespace is made by longer flags", ["clone", 0x1_1000_0000 + sigchld, 0, 0, 0, 0], "EPERM"],
	["no AF_UNIX is opened by a longer family", ["socket", 0x1_0000_0001, 1, 0], "EAFNOSUPPORT"],
	["addresses stay random against a longer persona", ["personality", 0x1_0004_0000], "EPERM"],
	["no setuid bit is set by a longer mode", ["fchmod", 0, 0x1_0000_09ed], "EPERM"],
	["no memory is made executable by a longer protection", ["mprotect", 0, 0, 0x1_0000_0005], "EPERM"],
	["no connection reaches a virtual machine's host", ["socket", 40, 1, 0], "EAFNOSUPPORT"],
	["no file handle is created", ["name_to_handle_at", -100, "=.", 0, 0, 0], "EOPNOTSUPP"],
	["no file is opened by a handle", ["open_by_handle_at", 0, 0, 0], "EPERM"],
	["no mount is copied", ["open_tree", -100, "=.", 1], "EPERM"],
];

/** Calls that must keep working, and the permissions that they need. */
const allowed: readonly [promise: string, call: Call, permissions?: FilterPermissions][] = [
	["TCP", ["socket", 2, 1, 0]],
	["opening a file as systemd's library does", ["open_tree", -100, "=.", 0x80000]],
	["UDP over IPv6", ["socket", 10, 2, 0]],
	["query for addresses and routes with netlink permitted", ["socket", 16, 3, 0], { ...closed, netlink: true }],
	["a pair of stream sockets", ["socketpair", 1, 1, 0, pair]],
	["AF_UNIX if it is permitted", ["socket", 1, 1, 0], unix],
	["a pair of datagram sockets with AF_UNIX permitted", ["socketpair", 1, 2, 0, pair], unix],
	["raw sockets if they are permitted", ["socket", 2, 3, 1], { ...closed, rawSockets: true }],
	["memfd if it is permitted", ["memfd_create", "=a", 0], { ...closed, memfd: true }],
	["chroot if it is permitted", ["chroot", "=."], { ...closed, chroot: true }],
	["a FIFO", ["mknodat", -100, "=fifo", 0o010600, 0]],
	["an ordinary file by mknod", ["mknodat", -100, "=regular", 0o100600, 0]],
	["chmod", ["fchmodat", -100, "=file", 0o640]],
	["a sticky directory", ["fchmodat", -100, "=.", 0o1755]],
	["creating a file", ["openat", -100, "=new", 0o100 + 1, 0o644]],
	["opening without a mode", ["openat", -100, "=file", 0, 0o7777]],
	["query for the personality", ["personality", 0xffffffff]],
	["memory to write", ["mprotect", 0, 0, 3]],
	["executable memory if it is permitted", ["mprotect", 0, 0, 7], { ...closed, writableCode: true }],
];

const able = run(["setpriv", "--help"]).stdout.includes("--seccomp-filter") && process.getuid?.() === 0;

describe.skipIf(!able)("under the filter", () => {
	it.each(denied)("%s", async (_promise, call, answer, permissions = closed) => {
		const without = run(perl([call])).stdout;
		expect(without).toMatch(/^\d+$/);
		expect(without).not.toBe(String(errno[answer]));
		expect(run(filtered(permissions, perl([call]))).stdout).toBe(String(errno[answer]));
	});

	it.each(allowed)("%s still works", async (_promise, call, permissions = closed) => {
		expect(run(filtered(permissions, perl([call]))).stdout).toBe("0");
	});

	it("every denied call answers as described", async () => {
		const denials = describeFilter(closed).filter(({ call, when }) => call !== "*" && when === undefined);
		const here = denials.filter(({ call }) => call !== "*" && syscallNumber(call, architecture) !== undefined);
		const calls = here.map(({ call }): Call => [call as SyscallName, -1, -1, -1, -1, -1, -1]);
		const { stdout } = run(filtered(closed, perl(calls)));
		expect(stdout.split("\n")).toEqual(here.map(({ answer }) => String(errno[answer])));
	});

	it("a call newer than the table does not exist", async () => {
		expect(run(filtered(closed, perl([[900]]))).stdout).toBe("38");
	});

	it.skipIf(architecture !== "x64")("a call of the x32 ABI ends the process", async () => {
		const { signal, exitCode } = run(filtered(closed, perl([[0x40000000 + 39]])));
		expect(signal ?? exitCode).toBe("SIGSYS");
	});

	it("programs start others, read, write and wait", async () => {
		const { stdout, exitCode } = run(filtered(closed, ["sh", "-c", "echo one > a; cat a | sort & wait; ls a; (exit 7)"]));
		expect([stdout, exitCode]).toEqual(["one\na", 7]);
	});

	it("Node, which compiles at run time, cannot start", async () => {
		expect(run(filtered(closed, [process.execPath, "-e", ""])).exitCode).not.toBe(0);
	});

	it("threads start", async () => {
		const script = 'new (require("worker_threads").Worker)("process.stdout.write(String(6*7))", { eval: true })';
		expect(run(filtered({ ...closed, writableCode: true }, [process.execPath, "-e", script])).stdout).toBe("42");
	});

	it("a second setpriv can change the account and drop every capability", async () => {
		const drop = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"];
		const status = "while (<>) { print if /^(Uid|Groups|CapBnd|CapEff|Seccomp):/ }";
		const { stdout } = run(
			filtered(closed, ["setpriv", "--pdeathsig", "KILL", ...drop, "--", "perl", "-e", status, "/proc/self/status"]),
		);
		expect(stdout).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
		expect(stdout).toMatch(/^CapBnd:\t0+$/m);
		expect(stdout).toMatch(/^CapEff:\t0+$/m);
		expect(stdout).toMatch(/^Seccomp:\t2$/m);
	});

	it("the init runs and passes on the exit status", async () => {
		writeFileSync(join(directory, "init"), nativeProgram("init", initData()), { mode: 0o755 });
		expect(run(filtered(closed, [join(directory, "init"), "/", "/bin/sh", "-c", "exit 9"])).exitCode).toBe(9);
	});
});

it("the limit that keeps a crash from the host's core handler cannot be changed, without an error", () => {
	const lower = ["prlimit", "--core=0:0", "--", "cat", "/proc/self/limits"];
	const limits = (command: readonly string[]) => {
		const { exitCode, stdout } = run(["prlimit", "--core=1:1", "--", ...command]);
		return [exitCode, /^Max core file size +(\S+) +(\S+)/m.exec(stdout)?.slice(1)];
	};
	expect(limits(lower)).toEqual([0, ["0", "0"]]);
	expect(limits(filtered(closed, lower))).toEqual([0, ["1", "1"]]);
});
