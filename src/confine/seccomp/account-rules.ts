import { all, any, bits, isSet, not, oneOf, type Test } from "./bpf.ts";
import type { LaunchAccount } from "./filter-permissions.ts";
import type { SyscallName } from "./syscalls.ts";

/** Codes of filter.ts for these rules. */
export const accountReasons = ["root-account", "foreign-owner", "more-rights", "kernel-interfaces"] as const;
type AccountWhy = (typeof accountReasons)[number];
export const accountConditions = [
	"root-id",
	"other-owner",
	"other-groups",
	"secure-bits",
	"higher-priority",
	"priority-limits",
] as const;
type AccountWhen = (typeof accountConditions)[number];
type Deny = (
	call: SyscallName,
	answer: "EPERM" | "EACCES",
	why: AccountWhy,
	condition: { readonly when: AccountWhen; readonly test: Test },
) => void;

/** getrlimit(2): RLIMIT_NICE and RLIMIT_RTPRIO, which are 0 for services. */
const priorityResources = [13, 14];
/** prctl(2): PR_SET_SECUREBITS. */
const setSecureBits = 28;
/** prctl(2): SECBIT_EXEC_RESTRICT_FILE, SECBIT_EXEC_DENY_INTERACTIVE and their locks, which every process may set. */
const ownSecureBits = 0xf00;
/** chown(2): an id that stays as it is. */
const unchanged = 0xffffffff;

/**
 * The kernel refuses the same to an account without these capabilities, with the same error, but records nothing. The launcher's
 * setpriv changes to the account under this filter.
 */
export function denyAccount({ gid, groups, lacks, uid, uids }: LaunchAccount, deny: Deny): void {
	const lack = new Set(lacks);
	const isRoot = (argument: number) => oneOf(argument, [0]);
	const idCalls = (kind: "uid" | "gid") => {
		deny(`set${kind}`, "EPERM", "root-account", { when: "root-id", test: isRoot(0) });
		deny(`setre${kind}`, "EPERM", "root-account", { when: "root-id", test: any(isRoot(0), isRoot(1)) });
		deny(`setres${kind}`, "EPERM", "root-account", { when: "root-id", test: any(isRoot(0), isRoot(1), isRoot(2)) });
	};
	if (lack.has("setuid") && uid !== 0) idCalls("uid");
	if (lack.has("setgid") && gid !== 0) idCalls("gid");
	if (lack.has("setgid")) deny("setgroups", "EPERM", "more-rights", { when: "other-groups", test: not(oneOf(0, [groups])) });
	if (lack.has("chown")) {
		for (const [call, owner] of [["chown", 1] as const, ["lchown", 1] as const, ["fchown", 1] as const, ["fchownat", 2] as const])
			deny(call, "EPERM", "foreign-owner", { when: "other-owner", test: not(oneOf(owner, [...uids, unchanged])) });
	}
	if (lack.has("setpcap")) {
		const isPrivileged = all(oneOf(0, [setSecureBits]), not(bits(1, ownSecureBits)));
		deny("prctl", "EPERM", "kernel-interfaces", { when: "secure-bits", test: isPrivileged });
	}
	if (lack.has("sys_nice")) deny("setpriority", "EACCES", "more-rights", { when: "higher-priority", test: bits(2, 0x80000000) });
	if (lack.has("sys_resource")) {
		deny("setrlimit", "EPERM", "more-rights", { when: "priority-limits", test: oneOf(0, priorityResources) });
		deny("prlimit64", "EPERM", "more-rights", { when: "priority-limits", test: all(oneOf(1, priorityResources), isSet(2)) });
	}
}
