import type { CallReason } from "../../core/confinement/observed-calls.ts";
import type { When, Why } from "../../core/confinement/seccomp.ts";
import type { Layer } from "../../core/explain/explain.ts";
import type { Absence, Action, PathMount } from "../../core/explain/path.ts";
import type { EntryKind } from "../../core/plan/plan.ts";
import type { Widen } from "../widen.ts";

/** Output of `explain`: why a path is in the cage, which layer refuses access, and which option permits it. */
export const explainEn = {
	trial: (answered: boolean, at: string) =>
		`The application ${answered ? "answered" : "did not answer"} in the last trial (${at}). Refused or missing there, but not in the trace:`,
	noTrial: "No trial yet. Run: cagewright trial",
	nothingRefused: "  Nothing.",
	declined: "Left out intentionally",
	refused: (what: string, by: string) => `${what}: refused (${by}).`,
	permits: (option: string) => `To permit it: ${option}`,
	nothingPermits: "No option permits it.",
	is: "Entry",
	kinds: {
		file: "file",
		directory: "directory",
		symlink: "link",
		device: "device",
		socket: "socket",
		bind: "mount",
		generated: "generated file",
	} satisfies Record<EntryKind, string>,
	because: "Reason",
	absent: "Not in the cage",
	mount: "Mounted from",
	may: "The application may",
	actions: { read: "read", write: "write", execute: "execute" } satisfies Record<Action, string>,
	layers: {
		absent: "not in the cage",
		"owner-or-mode": "owner or mode",
		mount: "read-only or noexec mount",
		landlock: "Landlock",
		capability: "capability not kept",
		seccomp: "system call filter",
		network: "network namespace",
	} satisfies Record<Layer, string>,
	mounts: {
		cage: (_at: string, _access: string) => "the cage: read-only, nosuid, nodev",
		data: (at: string, _access: string) => `${at}, the application's data: writable, noexec, nosuid, nodev`,
		bind: (at: string, access: string) =>
			`${at} of the host: ${access === "rw" ? "writable, noexec" : "read-only"}, nosuid, nodev`,
		temporary: (at: string, _access: string) => `${at}, empty at each start: writable, noexec, nosuid, nodev`,
		devices: (_at: string, _access: string) => "/dev, only with the planned devices: read-only, noexec, nosuid",
		proc: (_at: string, _access: string) => "/proc, only with the cage's processes",
		kernel: (at: string, _access: string) => `${at} of the host: read-only, noexec, nosuid, nodev`,
		launcher: (_at: string, _access: string) => "/.launch, the launcher's files: read-only, nosuid, nodev",
	} satisfies Record<PathMount["mount"], (at: string, access: string) => string>,
	absence: {
		declined: (risk: string) => (risk ? `left out intentionally: ${risk}` : "left out intentionally"),
		excluded: (rule: string) => `left out by --exclude ${rule}`,
		unneeded: (why: string) => why,
		kernel: () => "a kernel file that no permission exposes",
		"not-on-host": () => "this machine does not have it",
		"not-in-data": () => "the application's data do not contain it now",
		untouched: () => "the application never used it",
		"new-in-plan": () => "planned after the cage was built; rebuild the cage",
	} satisfies Record<Absence["kind"], (detail: string) => string>,
	callPasses: (name: string, permitted: boolean) =>
		`${name}: passes the filter${permitted ? ", because the application needs it" : ""}.`,
	callPermitted: (name: string, why: string) => `${name}: passes the filter for this application, because ${why}.`,
	callReasons: {
		base: () => "every program needs it",
		made: () => "the application made it",
		allowed: () => "an option or a capability of the plan permits it",
		group: ({ example, group }) => `the application made ${example}, which belongs to the same group (${group})`,
	} satisfies Record<CallReason["rule"], (of: { readonly group: string; readonly example: string }) => string>,
	callDenied: (name: string, answer: string, why: string, when: string) =>
		`${name}: the system call filter ${answer === "kill" ? "kills the process" : `returns ${answer}`}${when ? ` ${when}` : ""} (${why}).`,
	capabilityKept: (name: string, why: string) => `Capability ${name}: kept, because the application needs it (${why}).`,
	capabilityUnneeded: (name: string) =>
		`Capability ${name}: not kept, because neither trace nor trial showed a need for it. To permit it: --allow capability:${name}`,
	capabilityOfAccount: (name: string) =>
		`Capability ${name}: not kept. The application starts as an ordinary account, which keeps only net_bind_service, and only if it binds a port below 1024.`,
	why: {
		"foreign-abi": "system calls of another architecture",
		unjudged: "a call newer than the filter",
		"not-observed": "a call that the application was not observed to make",
		namespaces: "namespaces",
		"terminal-injection": "input injection into terminals",
		"socket-families": "rare socket families",
		"raw-sockets": "raw sockets",
		"unix-sockets": "unix sockets",
		"device-nodes": "creation of device nodes",
		"setuid-files": "creation of setuid files",
		"unseen-arguments": "a call whose arguments a filter cannot see",
		"other-processes": "access to other processes",
		"file-tree": "changes of mounts or the root directory",
		"file-handles": "access to files without their path",
		keyrings: "access to keyrings shared with the host",
		"kernel-interfaces": "kernel interfaces that services do not need",
		machine: "control of the whole machine",
		"writable-code": "memory that is both writable and executable",
		"code-without-file": "programs without a file",
		"core-handler": "the host's core dump handler",
	} satisfies Record<Why, string>,
	when: {
		"other-architecture": "for another architecture",
		"newer-than-table": "for newer calls",
		"namespace-flags": "with flags for a new namespace",
		"tiocsti-or-tioclinux": "for TIOCSTI and TIOCLINUX",
		"family-not-opened": "for families that are not permitted",
		"netlink-but-not-route": "for netlink other than routing",
		"type-not-opened": "for types that are not permitted",
		"rare-protocol": "for protocols other than TCP, UDP and ICMP",
		multipath: "for multipath TCP, because the cage limits TCP ports",
		"not-regular-fifo-or-socket": "for everything except files, FIFOs and sockets",
		"leaves-whiteout": "with RENAME_WHITEOUT",
		"setuid-or-setgid-mode": "with a setuid or setgid bit",
		"creates-with-setuid-or-setgid-mode": "if it creates a file with a setuid or setgid bit",
		"memory-layout": "for PR_SET_MM",
		"core-limit": "for RLIMIT_CORE",
		"writable-and-executable": "for memory that is both writable and executable",
		"executable-without-file": "for executable memory without a file",
		executable: "if it makes memory executable",
		"not-linux-or-query": "for personalities other than Linux",
	} satisfies Record<When, string>,
};

export type ExplainMessages = Widen<typeof explainEn>;
