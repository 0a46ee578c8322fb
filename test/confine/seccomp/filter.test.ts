import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seccompFilter, seccompFilters } from "../../../src/confine/seccomp/compile-filter.ts";
import { clockCalls, countPermitted, describeFilter, permittedNames } from "../../../src/confine/seccomp/filter.ts";
import {
	type FilterPermissions,
	filterPermissions,
	lackable,
	sandboxPermissions,
} from "../../../src/confine/seccomp/filter-permissions.ts";
import { newestJudged, type SyscallName, syscallNumber } from "../../../src/confine/seccomp/syscalls.ts";
import { architectures, audit, closed, decide, everythingOpen, run } from "../filter-run.ts";

const unix = { unixSockets: true, memfd: false };
const raw = { ...closed, rawSockets: true };
const cloexec = 0o2000000;
const account = { uid: 105, gid: 108, groups: 1, uids: [105, 33] };
const limited = { ...closed, account: { ...account, lacks: lackable } };
const rooted = { ...closed, account: { uid: 0, gid: 0, groups: 0, uids: [0, 33], lacks: lackable } };

/** Call, answer, permissions, arguments of each try. */
const judged: [SyscallName, string, FilterPermissions, ...number[][]][] = [
	// fork through clone: CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, SIGCHLD; and a thread as pthread_create creates it.
	["clone", "allow", closed, [0x01200011], [0x003d0f00]],
	["clone", "EPERM", closed, [0x10000011], [0x00020011], [0x20000000], [0x40000000], [0x02000000]],
	["setrlimit", "none", closed, [4, 0]],
	["setrlimit", "allow", closed, [7, 0]],
	["prlimit64", "allow", closed, [0, 4, 0, 4096], [0, 7, 4096, 0]],
	// The low word of this pointer is 0.
	["prlimit64", "none", closed, [0, 4, 4096, 0], [0, 4, 0x100000000, 0]],
	["clone3", "ENOSYS", closed, []],
	["openat2", "ENOSYS", closed, []],
	["io_uring_setup", "ENOSYS", closed, []],
	["ioctl", "EPERM", closed, [0, 0x5412], [0, 0x541c]],
	["ioctl", "allow", closed, [0, 0x5413]],
	["socket", "allow", closed, [2, 1 | cloexec, 6], [10, 2, 17]],
	["socket", "EPROTONOSUPPORT", closed, [2, 5, 132]],
	["socket", "EPROTONOSUPPORT", raw, [2, 5, 132]],
	["socket", "EPROTONOSUPPORT", everythingOpen, [10, 1 | cloexec, 132]],
	["socket", "allow", raw, [2, 3, 132], [2, 3, 1]],
	["socket", "EAFNOSUPPORT", closed, [16, 3 | cloexec, 0], [1, 1, 0], [17, 3, 0]],
	["socket", "allow", { ...closed, netlink: true }, [16, 3 | cloexec, 0]],
	["socket", "EAFNOSUPPORT", { ...closed, netlink: true }, [16, 3, 9]],
	["socket", "allow", unix, [1, 1, 0]],
	["socket", "EAFNOSUPPORT", everythingOpen, [17, 3, 0], [40, 1, 0]],
	["socket", "EPERM", closed, [2, 3, 1], [2, 3 | cloexec, 1]],
	["socket", "EPERM", raw, [2, 10, 0x300]],
	["socketpair", "allow", closed, [1, 1, 0], [1, 5 | cloexec, 0]],
	["socketpair", "EPERM", closed, [1, 2, 0], [1, 3, 0]],
	["socketpair", "allow", unix, [1, 2, 0]],
	["socketpair", "EAFNOSUPPORT", unix, [30, 1, 0]],
	["mknod", "allow", closed, [0, 0o010644, 0], [0, 0o100644, 0], [0, 0o644, 0], [0, 0o140644, 0]],
	["mknod", "EPERM", closed, [0, 0o020644, 0x103], [0, 0o060644, 0x800], [0, 0o040755, 0], [0, 0o104755, 0]],
	["mknodat", "EPERM", closed, [-100, 0, 0o020644, 0x103], [-100, 0, 0o012600, 0]],
	["mknodat", "allow", closed, [-100, 0, 0o010600, 0]],
	["chmod", "EPERM", closed, [0, 0o4755], [0, 0o2755]],
	["chmod", "allow", closed, [0, 0o1777]],
	["fchmod", "EPERM", closed, [3, 0o6755]],
	["fchmod", "allow", closed, [3, 0o644]],
	["fchmodat", "EPERM", closed, [-100, 0, 0o4755]],
	["fchmodat2", "EPERM", closed, [-100, 0, 0o4755, 0]],
	["fchmodat2", "allow", closed, [-100, 0, 0o755, 0]],
	["creat", "EPERM", closed, [0, 0o4755]],
	["creat", "allow", closed, [0, 0o600]],
	["open", "EPERM", closed, [0, 0x41, 0o4755]],
	["open", "allow", closed, [0, 0x41, 0o644], [0, 0, 0xffffffff]],
	["openat", "EPERM", closed, [-100, 0, 0x41, 0o2755], [-100, 0, 0x410002, 0o4755]],
	["openat", "allow", closed, [-100, 0, 0x410002, 0o600], [-100, 0, 0x10000, 0o7777]],
	["personality", "allow", closed, [0xffffffff], [-1], [0]],
	["personality", "EPERM", closed, [0x40000], [8]],
	["chroot", "EPERM", closed, []],
	["chroot", "allow", { ...closed, chroot: true }, []],
	["memfd_create", "EPERM", closed, []],
	["memfd_create", "allow", { ...closed, memfd: true }, []],
	["execveat", "EPERM", everythingOpen, [], [3, 4096, 0, 0, 0x1000]],
	// AT_EXECVE_CHECK
	["execveat", "EINVAL", everythingOpen, [3, 4096, 0, 0, 0x11000]],
	["prctl", "EPERM", closed, [35, 1, 0, 0], [35, 13, 3, 0], [35, 14, 4096, 8]],
	["prctl", "EINVAL", closed, [35, 8, 4096, 0], [35, 11, 4096, 0]],
	// OPEN_TREE_CLONE, OPEN_TREE_NAMESPACE, AT_RECURSIVE, unknown bits.
	["open_tree", "EPERM", everythingOpen, [-100, 4096, 1], [-100, 4096, 2], [-100, 4096, 0x8001], [3, 4096, 0x80000001]],
	["open_tree", "allow", closed, [-100, 4096, 0], [3, 4096, 0x81000], [3, 4096, 0x80100], [-100, 4096, 0x800]],
	["open_tree_attr", "EPERM", closed, [-100, 4096, 0]],
	["unshare", "EPERM", everythingOpen, [0x10000000], [0x20200], [0x80], [0x100000], [0x02000000]],
	["unshare", "EINVAL", closed, [0x200], [0x40600], [0]],
	["quotactl", "EPERM", closed, [0x80000000, 0, 0, 0], [0x80000200, 0, 0, 0], [0x80000800, 0, 0, 0]],
	["quotactl", "ENOSYS", closed, [0x80000700, 0, 0, 0], [0x80000701, 0, 0, 0], [0x580300, 0, 0, 0]],
	["quotactl_fd", "EPERM", closed, [3, 0x80000200, 0, 0]],
	["quotactl_fd", "ENOSYS", closed, [3, 0x80000700, 0, 0]],
	["name_to_handle_at", "EOPNOTSUPP", everythingOpen, []],
	["open_by_handle_at", "EPERM", everythingOpen, []],
	["process_madvise", "ENOSYS", everythingOpen, []],
	["prctl", "allow", closed, [1, 9, 0, 0]],
	["mmap", "EPERM", closed, [0, 4096, 7, 0x22, -1, 0], [0, 4096, 6, 0x22, -1, 0]],
	["mmap", "EPERM", closed, [0, 4096, 5, 0x22, -1, 0], [0, 4096, 4, 0x21, -1, 0]],
	["mmap", "allow", closed, [0, 4096, 5, 2, 3, 0], [0, 4096, 3, 0x22, -1, 0]],
	["mmap", "allow", { ...closed, writableCode: true }, [0, 4096, 5, 0x21, -1, 0], [0, 4096, 7, 0x22, -1, 0]],
	["mprotect", "EPERM", closed, [0, 4096, 5], [0, 4096, 7]],
	["mprotect", "allow", closed, [0, 4096, 1]],
	["mprotect", "allow", { ...closed, writableCode: true }, [0, 4096, 5]],
	["pkey_mprotect", "EPERM", closed, [0, 4096, 4, -1]],
	["shmat", "EPERM", closed, [0, 0, 0x8000]],
	["shmat", "allow", closed, [0, 0, 0]],
	["setuid", "allow", closed, [0]],
	["setuid", "EPERM", limited, [0]],
	["setuid", "allow", rooted, [0]],
	["setreuid", "EPERM", limited, [-1, 0]],
	["setresuid", "allow", limited, [105, 105, 105]],
	["setresuid", "EPERM", limited, [105, 105, 0]],
	["setresgid", "EPERM", limited, [-1, 0, -1]],
	["setresgid", "allow", rooted, [0, 0, 0]],
	["setgroups", "allow", limited, [1, 4096]],
	["setgroups", "EPERM", limited, [2, 4096]],
	["setgroups", "allow", rooted, [0, 0]],
	["setgroups", "allow", { ...closed, account: { ...account, lacks: [] } }, [2, 4096]],
	["chown", "allow", limited, [0, 105, 4], [0, -1, 4], [0, 33, 33]],
	["chown", "EPERM", limited, [0, 0, 0]],
	["fchown", "EPERM", limited, [3, 1, -1]],
	["fchown", "allow", rooted, [3, 0, -1]],
	["fchownat", "EPERM", limited, [-100, 0, 106, -1, 0]],
	["fchownat", "allow", limited, [-100, 0, 105, -1, 0]],
	["prctl", "EPERM", limited, [28, 0]],
	["prctl", "allow", limited, [28, 0x100], [24, 5]],
	["setpriority", "EACCES", limited, [0, 0, -1]],
	["setpriority", "allow", limited, [0, 0, 19]],
	["prlimit64", "EPERM", limited, [0, 13, 4096, 0]],
	["prlimit64", "allow", limited, [0, 14, 0, 4096]],
	["setrlimit", "EPERM", limited, [14, 4096]],
	["setrlimit", "allow", limited, [7, 4096]],
];
const decisions = judged.flatMap(([call, answer, permissions, ...tries]) =>
	tries.map((args) => [call, args, answer, permissions] as const),
);

/** Calls without a rule. The second setpriv and the init need the first ones. */
const ordinary = "setresuid setresgid setgroups capset prctl execve close_range wait4 kill landlock_restrict_self".split(" ");
const names = [...ordinary, "read", "mmap", "unlinkat", "seccomp"] as SyscallName[];

describe.each(architectures)("the filter for %s", (architecture) => {
	const there = decisions.filter(([call]) => syscallNumber(call, architecture) !== undefined);
	it.each(there)("%s %j: %s", (call, args, expected, permissions) => {
		expect(decide(architecture, call, args, permissions)).toBe(expected);
	});

	it.each(names)("allows %s", (call) => expect(decide(architecture, call, [1, 2, 3])).toBe("allow"));

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
		// Of prlimit64, the filter judges a pointer, whose both halves count.
		const judged = new Set(decisions.map(([call]) => call).filter((call) => call !== "prlimit64"));
		const calls = [...judged].flatMap((call) => syscallNumber(call, architecture) ?? []);
		const word = fc.oneof(fc.constantFrom(0n, 1n, 2n, 3n, 16n, 0x40n, 0o4755n, 0x10000000n, 0x5412n), fc.bigInt(0n, 0xffffffffn));
		const words = fc.tuple(word, word, word, word);
		fc.assert(
			fc.property(fc.constantFrom(...calls), words, words, (number, low, high) => {
				const wide = low.map((value, index) => value | ((high[index] ?? 0n) << 32n));
				expect(run(program, audit[architecture], number, wide)).toBe(run(program, audit[architecture], number, low));
			}),
		);
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
		const clone = { call: "clone", answer: "EPERM", notice: "high", why: "namespaces", when: "namespace-flags" };
		expect(describeFilter(closed)).toContainEqual(clone);
	});
});

it("the filter permits what the plan permits", () => {
	const why = "seen";
	const openings = ["unixSockets", "netlink", "memfd", "writableCode", "rawSockets", "chroot"];
	expect(filterPermissions({ capabilities: [] })).toEqual(Object.fromEntries(openings.map((name) => [name, false])));
	const capabilities = ["net_raw", "sys_chroot", "sys_time"].map((name) => ({ name, why }));
	const all = { capabilities, unixSockets: why, netlink: why, memfd: why, writableCode: why };
	expect(filterPermissions(all)).toEqual(everythingOpen);
});

it("the filter refuses what needs capabilities that the plan does not grant", () => {
	const starter = { uid: 105, gid: 108, groups: [108], uids: [33] };
	const lacks = (...granted: string[]) =>
		filterPermissions({ capabilities: granted.map((name) => ({ name, why: "seen" })) }, starter).account?.lacks;
	expect(filterPermissions({ capabilities: [] }, starter).account).toEqual({ ...account, lacks: lackable });
	expect(lacks("chown", "setuid")).toEqual(["setgid", "setpcap", "sys_nice", "sys_resource"]);
});

describe("calls that an application makes all the time", () => {
	const often = [
		"read",
		"write",
		"close",
		"fstat",
		"newfstatat",
		"pread64",
		"writev",
		"sendfile",
		"accept4",
		"recvfrom",
		"recvmsg",
		"sendto",
		"sendmsg",
		"setsockopt",
		"epoll_wait",
		"epoll_pwait",
		"epoll_ctl",
		"futex",
	] as SyscallName[];
	// The kernel caches the answer if the program does not look at an argument (seccomp_is_const_allow in kernel/seccomp.c).
	it.each(often)("%s is allowed without looking at its arguments", (call) => {
		for (const architecture of architectures) {
			const number = syscallNumber(call, architecture);
			// aarch64 has no epoll_wait.
			if (number === undefined) expect(call).toBe("epoll_wait");
			else expect(run(seccompFilter(architecture, closed), audit[architecture], number, undefined)).toBe("allow");
		}
	});
	it("the filter checks opening a file first", () => {
		const [first] = describeFilter(closed).filter(({ when, call }) => when !== undefined && call !== "*");
		expect(first?.call).toMatch(/^open/);
	});
});

describe.each(architectures)("on %s the kernel records a refusal", (architecture) => {
	const tries = { ...closed, triesUnix: true };
	const parts = (permissions: FilterPermissions) =>
		seccompFilters(architecture, permissions).map(({ program }) => Buffer.from(program));
	const decideIn = (part: Buffer | undefined, call: SyscallName, args: readonly number[]) =>
		run(part ?? Buffer.alloc(0), audit[architecture], syscallNumber(call, architecture) ?? 0, args.map(BigInt));

	it.each<[SyscallName, number[], FilterPermissions]>([
		["open_tree", [-100, 4096, 1], everythingOpen],
		["unshare", [0x10000000], everythingOpen],
		["unshare", [0x10000200], everythingOpen],
		["prctl", [35, 13, 3], closed],
		["quotactl", [0x80000200], closed],
		["execveat", [3, 4096, 0, 0, 0x1000], closed],
		["open_by_handle_at", [3, 4096, 0], closed],
		// AF_ALG, AF_VSOCK, and NETLINK_AUDIT, also of an application that tries unix sockets.
		["socket", [38, 5, 0], tries],
		["socket", [40, 1, 0], tries],
		["socket", [16, 3, 9], tries],
		["socket", [1, 1, 0], closed],
	])("of %s %j", (call, args, permissions) => {
		const [silent, logged] = parts(permissions);
		expect(decideIn(logged, call, args)).toMatch(/^E/);
		expect(decideIn(silent, call, args)).toBe("allow");
	});

	it.each<[SyscallName, number[], FilterPermissions]>([
		["unshare", [0x200], everythingOpen],
		["prctl", [35, 8, 4096], closed],
		["quotactl", [0x80000700], closed],
		["execveat", [3, 4096, 0, 0, 0x11000], closed],
		["name_to_handle_at", [-100, 4096, 4096], closed],
		["process_madvise", [3, 4096, 1, 4, 0], closed],
		["socket", [16, 3, 0], closed],
		["socket", [1, 0x80801, 0], tries],
		["socket", [1, 0, 0], tries],
	])("not of %s %j, which is harmless", (call, args, permissions) => {
		const [silent, logged] = parts(permissions);
		expect(decideIn(logged, call, args)).toBe("allow");
		expect(decideIn(silent, call, args)).toMatch(/^E/);
	});

	it("whatever the arguments, of each call in one part only", () => {
		const calls = [...new Set(decisions.map(([call]) => call))].filter((call) => syscallNumber(call, architecture) !== undefined);
		const word = fc.oneof(fc.constantFrom(0, 1, 2, 8, 13, 16, 35, 38, 0x200, 0x10000, 0x80000700), fc.nat(0xffffffff));
		for (const permissions of [closed, tries, limited, everythingOpen]) {
			const [silent, logged] = parts(permissions);
			const whole = seccompFilter(architecture, permissions);
			fc.assert(
				fc.property(fc.constantFrom(...calls), fc.tuple(word, word, word, word, word), (call, args) => {
					const both = [silent, logged].map((part) => decideIn(part, call, args)).filter((answer) => answer !== "allow");
					// The kernel takes the later filter's of two errors, which must not be another one than the description's.
					expect(both.at(-1) ?? "allow").toBe(decideIn(whole, call, args));
				}),
				{ numRuns: 2000 },
			);
		}
	});
});

describe("the clock", () => {
	it.each(clockCalls)("%s is refused, permitted with its capability, and without effect in a sandbox", (call) => {
		const permitted = filterPermissions({ capabilities: [{ name: "sys_time", why: "clock_settime" }] });
		expect(decide("x64", call)).toBe("EPERM");
		expect(decide("x64", call, [], permitted)).toBe("allow");
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
		// Programs ask for these to find out what the kernel can do.
		for (const call of ["clone3", "openat2", "io_uring_setup"] as const) expect(answer(call)).toBe("ENOSYS");
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
});
