import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type FilterPermissions,
	filterPermissions,
	sandboxPermissions,
} from "../../../src/core/confinement/filter-permissions.ts";
import { clockCalls, countPermitted, describeFilter, permittedNames } from "../../../src/core/confinement/seccomp.ts";
import { seccompFilter, seccompFilters } from "../../../src/core/confinement/seccomp-program.ts";
import { newestJudged, type SyscallName, syscallNumber } from "../../../src/core/confinement/syscalls.ts";
import { architectures, audit, closed, decide, everythingOpen, run } from "./filter-run.ts";

const unix = { unixSockets: true, memfd: false };
const raw = { ...closed, rawSockets: true };
const cloexec = 0o2000000;

/** Call, arguments, answer, permissions. */
const decisions: [SyscallName, number[], string, FilterPermissions?][] = [
	// fork through clone: CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, SIGCHLD; and a thread as pthread_create creates it.
	["clone", [0x01200011], "allow"],
	["clone", [0x003d0f00], "allow"],
	["clone", [0x10000011], "EPERM"],
	["clone", [0x00020011], "EPERM"],
	["clone", [0x20000000], "EPERM"],
	["setrlimit", [4, 0], "none"],
	["setrlimit", [7, 0], "allow"],
	["prlimit64", [0, 4, 0, 4096], "allow"],
	["prlimit64", [0, 4, 4096, 0], "none"],
	// The low word of this pointer is 0.
	["prlimit64", [0, 4, 0x100000000, 0], "none"],
	["prlimit64", [0, 7, 4096, 0], "allow"],
	["clone", [0x40000000], "EPERM"],
	["clone", [0x02000000], "EPERM"],
	["clone3", [], "ENOSYS"],
	["openat2", [], "ENOSYS"],
	["io_uring_setup", [], "ENOSYS"],
	["ioctl", [0, 0x5412], "EPERM"],
	["ioctl", [0, 0x541c], "EPERM"],
	["ioctl", [0, 0x5413], "allow"],
	["socket", [2, 1 | cloexec, 6], "allow"],
	["socket", [10, 2, 17], "allow"],
	["socket", [2, 5, 132], "EPROTONOSUPPORT"],
	["socket", [2, 5, 132], "EPROTONOSUPPORT", raw],
	["socket", [10, 1 | cloexec, 132], "EPROTONOSUPPORT", everythingOpen],
	["socket", [2, 3, 132], "allow", raw],
	["socket", [16, 3 | cloexec, 0], "EAFNOSUPPORT"],
	["socket", [16, 3 | cloexec, 0], "allow", { ...closed, netlink: true }],
	["socket", [16, 3, 9], "EAFNOSUPPORT", { ...closed, netlink: true }],
	["socket", [1, 1, 0], "EAFNOSUPPORT"],
	["socket", [1, 1, 0], "allow", unix],
	["socket", [17, 3, 0], "EAFNOSUPPORT"],
	["socket", [17, 3, 0], "EAFNOSUPPORT", everythingOpen],
	["socket", [40, 1, 0], "EAFNOSUPPORT", everythingOpen],
	["socket", [2, 3, 1], "EPERM"],
	["socket", [2, 3 | cloexec, 1], "EPERM"],
	["socket", [2, 3, 1], "allow", raw],
	["socket", [2, 10, 0x300], "EPERM", raw],
	["socketpair", [1, 1, 0], "allow"],
	["socketpair", [1, 5 | cloexec, 0], "allow"],
	["socketpair", [1, 2, 0], "EPERM"],
	["socketpair", [1, 3, 0], "EPERM"],
	["socketpair", [1, 2, 0], "allow", unix],
	["socketpair", [30, 1, 0], "EAFNOSUPPORT", unix],
	["mknod", [0, 0o010644, 0], "allow"],
	["mknod", [0, 0o100644, 0], "allow"],
	["mknod", [0, 0o644, 0], "allow"],
	["mknod", [0, 0o140644, 0], "allow"],
	["mknod", [0, 0o020644, 0x103], "EPERM"],
	["mknod", [0, 0o060644, 0x800], "EPERM"],
	["mknod", [0, 0o040755, 0], "EPERM"],
	["mknod", [0, 0o104755, 0], "EPERM"],
	["mknodat", [-100, 0, 0o020644, 0x103], "EPERM"],
	["mknodat", [-100, 0, 0o010600, 0], "allow"],
	["mknodat", [-100, 0, 0o012600, 0], "EPERM"],
	["chmod", [0, 0o4755], "EPERM"],
	["chmod", [0, 0o2755], "EPERM"],
	["chmod", [0, 0o1777], "allow"],
	["fchmod", [3, 0o6755], "EPERM"],
	["fchmod", [3, 0o644], "allow"],
	["fchmodat", [-100, 0, 0o4755], "EPERM"],
	["fchmodat2", [-100, 0, 0o4755, 0], "EPERM"],
	["fchmodat2", [-100, 0, 0o755, 0], "allow"],
	["creat", [0, 0o4755], "EPERM"],
	["creat", [0, 0o600], "allow"],
	["open", [0, 0x41, 0o4755], "EPERM"],
	["open", [0, 0x41, 0o644], "allow"],
	["open", [0, 0, 0xffffffff], "allow"],
	["openat", [-100, 0, 0x41, 0o2755], "EPERM"],
	["openat", [-100, 0, 0x410002, 0o4755], "EPERM"],
	["openat", [-100, 0, 0x410002, 0o600], "allow"],
	["openat", [-100, 0, 0x10000, 0o7777], "allow"],
	["personality", [0xffffffff], "allow"],
	["personality", [-1], "allow"],
	["personality", [0], "allow"],
	["personality", [0x40000], "EPERM"],
	["personality", [8], "EPERM"],
	["chroot", [], "EPERM"],
	["chroot", [], "allow", { ...closed, chroot: true }],
	["memfd_create", [], "EPERM"],
	["memfd_create", [], "allow", { ...closed, memfd: true }],
	["execveat", [], "EPERM", everythingOpen],
	["prctl", [35, 1, 0, 0], "EPERM"],
	["prctl", [1, 9, 0, 0], "allow"],
	["mmap", [0, 4096, 7, 0x22, -1, 0], "EPERM"],
	["mmap", [0, 4096, 6, 0x22, -1, 0], "EPERM"],
	["mmap", [0, 4096, 5, 2, 3, 0], "allow"],
	["mmap", [0, 4096, 5, 0x22, -1, 0], "EPERM"],
	["mmap", [0, 4096, 4, 0x21, -1, 0], "EPERM"],
	["mmap", [0, 4096, 5, 0x21, -1, 0], "allow", { ...closed, writableCode: true }],
	["mmap", [0, 4096, 3, 0x22, -1, 0], "allow"],
	["mprotect", [0, 4096, 5], "EPERM"],
	["mprotect", [0, 4096, 7], "EPERM"],
	["mprotect", [0, 4096, 1], "allow"],
	["pkey_mprotect", [0, 4096, 4, -1], "EPERM"],
	["shmat", [0, 0, 0x8000], "EPERM"],
	["shmat", [0, 0, 0], "allow"],
	["mprotect", [0, 4096, 5], "allow", { ...closed, writableCode: true }],
	["mmap", [0, 4096, 7, 0x22, -1, 0], "allow", { ...closed, writableCode: true }],
];

/** Calls without a rule: [x86_64, aarch64]. The second setpriv and the init need the first group. */
const ordinary: Record<string, [number, number]> = {
	setresuid: [117, 147],
	setresgid: [119, 149],
	setgroups: [116, 159],
	capset: [126, 91],
	prctl: [157, 167],
	execve: [59, 221],
	close_range: [436, 436],
	wait4: [61, 260],
	kill: [62, 129],
	landlock_restrict_self: [446, 446],
	read: [0, 63],
	mmap: [9, 222],
	unlinkat: [263, 35],
	seccomp: [317, 277],
};

describe.each(architectures)("the filter for %s", (architecture) => {
	const there = decisions.filter(([call]) => syscallNumber(call, architecture) !== undefined);
	it.each(there)("%s %j: %s", (call, args, expected, permissions) => {
		expect(decide(architecture, call, args, permissions)).toBe(expected);
	});

	it.each(Object.entries(ordinary))("allows %s", (_name, numbers) => {
		const number = numbers[architecture === "x64" ? 0 : 1];
		expect(run(seccompFilter(architecture, closed), audit[architecture], number, [1n, 2n, 3n])).toBe("allow");
	});

	it("denies what its description says", () => {
		for (const permissions of [closed, everythingOpen]) {
			for (const { call, answer, when } of describeFilter(permissions)) {
				if (call === "*" || when !== undefined || syscallNumber(call, architecture) === undefined) continue;
				expect([call, decide(architecture, call, [0, 0, 0], permissions)]).toEqual([call, answer]);
			}
		}
	});

	it("kills calls of every other architecture", () => {
		const program = seccompFilter(architecture, closed);
		for (const foreign of [0x40000003, 0x40000028, audit[architecture === "x64" ? "arm64" : "x64"]]) {
			expect(run(program, foreign, 39, [])).toBe("kill");
		}
	});

	it("answers ENOSYS to unjudged calls", () => {
		const program = seccompFilter(architecture, everythingOpen);
		expect(run(program, audit[architecture], newestJudged, [])).toBe("allow");
		expect(run(program, audit[architecture], newestJudged + 1, [])).toBe("ENOSYS");
		// 520 was execve of x32 even without its bit, in kernels before 5.4.
		expect(run(program, audit[architecture], 520, [])).toBe("ENOSYS");
	});

	it("ignores the high half of an argument, which the kernel truncates", () => {
		const program = seccompFilter(architecture, closed);
		const calls = [...new Set(decisions.map(([call]) => call))].flatMap((call) => syscallNumber(call, architecture) ?? []);
		const word = fc.oneof(fc.constantFrom(0n, 1n, 2n, 3n, 16n, 0x40n, 0o4755n, 0x10000000n, 0x5412n), fc.bigInt(0n, 0xffffffffn));
		fc.assert(
			fc.property(
				fc.constantFrom(...calls),
				fc.array(word, { minLength: 4, maxLength: 4 }),
				fc.array(word, { minLength: 4, maxLength: 4 }),
				(number, low, high) => {
					const wide = low.map((value, index) => value | ((high[index] ?? 0n) << 32n));
					expect(run(program, audit[architecture], number, wide)).toBe(run(program, audit[architecture], number, low));
				},
			),
		);
	});

	it("is a program that the kernel accepts: whole instructions, at most BPF_MAXINSNS", () => {
		const program = seccompFilter(architecture, closed);
		expect(program.length % 8).toBe(0);
		expect(program.length / 8).toBeLessThan(4096);
	});
});

it("kills x32 calls on x86_64", () => {
	const program = seccompFilter("x64", closed);
	expect(run(program, audit.x64, 0x40000000 + 39, [])).toBe("kill");
	expect(run(program, audit.x64, 0xffffffff, [])).toBe("kill");
});

describe("the filter's description", () => {
	const callsOf = (permissions: FilterPermissions) => describeFilter(permissions).map(({ call }) => call);
	it("follows the permissions", () => {
		expect(callsOf(closed)).toContain("chroot");
		expect(callsOf(everythingOpen)).not.toContain("chroot");
		expect(callsOf(everythingOpen)).not.toContain("memfd_create");
	});
	it("is plain data", () => {
		expect(JSON.parse(JSON.stringify(describeFilter(closed)))).toEqual(describeFilter(closed));
		expect(describeFilter(closed)).toContainEqual({
			call: "clone",
			answer: "EPERM",
			why: "namespaces",
			when: "namespace-flags",
		});
	});
});

it("the filter permits what the plan permits", () => {
	const why = "seen";
	expect(filterPermissions({ capabilities: [] })).toEqual({
		unixSockets: false,
		netlink: false,
		memfd: false,
		writableCode: false,
		rawSockets: false,
		chroot: false,
	});
	const capabilities = ["net_raw", "sys_chroot", "sys_time"].map((name) => ({ name, why }));
	expect(filterPermissions({ capabilities, unixSockets: why, netlink: why, memfd: why, writableCode: why })).toEqual(
		everythingOpen,
	);
});

describe("calls that an application makes all the time", () => {
	/** x86_64 and aarch64 (asm/unistd.h); undefined if the processor lacks the call. */
	const often: Record<string, readonly [number | undefined, number | undefined]> = {
		read: [0, 63],
		write: [1, 64],
		close: [3, 57],
		fstat: [5, 80],
		newfstatat: [262, 79],
		pread64: [17, 67],
		writev: [20, 66],
		sendfile: [40, 71],
		accept4: [288, 242],
		recvfrom: [45, 207],
		recvmsg: [47, 212],
		sendto: [44, 206],
		sendmsg: [46, 211],
		setsockopt: [54, 208],
		epoll_wait: [232, undefined],
		epoll_pwait: [281, 22],
		epoll_ctl: [233, 21],
		futex: [202, 98],
	};
	// The kernel caches the answer if the program does not look at an argument (seccomp_is_const_allow in kernel/seccomp.c).
	it.each(Object.entries(often))("%s is allowed without looking at its arguments", (_name, numbers) => {
		architectures.forEach((architecture, index) => {
			const number = numbers[index];
			if (number === undefined) return;
			expect(run(seccompFilter(architecture, closed), audit[architecture], number, undefined)).toBe("allow");
		});
	});
	it("the filter checks opening a file first", () => {
		const [first] = describeFilter(closed).filter(({ when, call }) => when !== undefined && call !== "*");
		expect(first?.call).toMatch(/^open/);
	});
});

describe("the clock", () => {
	it.each(clockCalls)("%s is refused, permitted with its capability, and without effect in a sandbox", (call) => {
		expect(decide("x64", call)).toBe("EPERM");
		expect(decide("x64", call, [], filterPermissions({ capabilities: [{ name: "sys_time", why: "clock_settime" }] }))).toBe(
			"allow",
		);
		expect(decide("x64", call, [], sandboxPermissions)).toBe("none");
	});
});

it("the sandbox permits what any plan could permit, and nothing else", () => {
	const denied = (permissions: FilterPermissions) =>
		describeFilter(permissions)
			.filter(({ answer }) => answer !== "none")
			.map(({ call, when }) => `${call} ${when ?? ""}`);
	expect(denied(sandboxPermissions)).toEqual(denied(everythingOpen));
});

describe.each(architectures)("the filter for one application on %s", (architecture) => {
	const permissions: FilterPermissions = { ...closed, calls: { made: ["accept4", "getsockopt", "ptrace"] } };
	const answer = (call: SyscallName, args: readonly number[] = []) => decide(architecture, call, args, permissions);

	it("permits what every program needs, what the application made, and the rest of its group", () => {
		for (const call of ["read", "execve", "accept4", "getsockopt", "listen"] as const) expect(answer(call)).toBe("allow");
	});
	it("refuses the other calls, whatever their arguments", () => {
		for (const call of ["msgget", "shmat", "mlockall", "io_setup", "personality"] as const)
			expect(answer(call, [0])).toBe("EPERM");
	});
	it("still refuses what the general filter refuses, also if the application made it", () => {
		expect(answer("ptrace")).toBe("EPERM");
		expect(answer("socket", [1, 1, 0])).toBe("EAFNOSUPPORT");
		expect(answer("openat", [0, 0, 0x40, 0o4755])).toBe("EPERM");
	});
	it("kills for calls that no service makes, unless the application tried them", () => {
		for (const call of ["pivot_root", "mount", "bpf", "setns"] as const) expect(answer(call)).toBe("kill");
		expect(answer("clone3")).toBe("ENOSYS");
		expect(answer("memfd_create")).toBe("EPERM");
		expect(decide(architecture, "memfd_create", [], { ...permissions, memfd: true })).toBe("allow");
	});
	it("permits no call that the general filter refuses", () => {
		const general = new Set(permittedNames(closed));
		for (const name of permittedNames(permissions)) expect(general).toContain(name);
		expect(countPermitted(permissions)).toEqual({ permitted: permittedNames(permissions).length, general: general.size });
		expect(countPermitted(closed).permitted).toBe(general.size);
	});
	it("denies what its description says", () => {
		for (const { call, answer: described, when } of describeFilter(permissions)) {
			if (call === "*" || when !== undefined || syscallNumber(call, architecture) === undefined) continue;
			expect([call, answer(call)]).toEqual([call, described]);
		}
	});
	it("leaves silent answers to the part that the kernel does not log", () => {
		const [silent, logged] = seccompFilters(architecture, permissions).map(({ program }) => Buffer.from(program));
		const number = syscallNumber("clone3", architecture) ?? 0;
		expect(run(silent as Buffer, audit[architecture], number, [])).toBe("ENOSYS");
		expect(run(logged as Buffer, audit[architecture], number, [])).toBe("allow");
	});
	it("is a program that the kernel accepts", () => {
		expect(seccompFilter(architecture, permissions).length / 8).toBeLessThan(4096);
	});
});
