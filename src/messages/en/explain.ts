import type { When, Why } from "../../core/confinement/seccomp.ts";
import type { Layer } from "../../core/explain/explain.ts";
import type { Absence, Action, PathMount } from "../../core/explain/path.ts";
import type { Widen } from "../widen.ts";

/** What `explain` says: what is in the cage and why, what holds the application back, and what opens it; English. */
export const explainEn = {
	trial: (answered: boolean, at: string) =>
		`The last trial (${at}) was ${answered ? "answered" : "not answered"}. Refused or missing in it, and not on the host:`,
	noTrial: "There was no trial yet: cagewright trial.",
	nothingRefused: "  Nothing.",
	declined: "Left out on purpose",
	refused: (what: string, by: string) => `${what}: refused by ${by}.`,
	opens: (option: string) => `To open it: ${option}`,
	nothingOpens: "No option opens it.",
	is: "It is",
	because: "Because",
	absent: "Not in the cage",
	mount: "Lies on",
	may: "The application may",
	actions: { read: "read", write: "write", execute: "execute" } satisfies Record<Action, string>,
	layers: {
		absent: "its absence",
		"owner-or-mode": "owner or mode",
		mount: "the mount (read-only or noexec)",
		landlock: "Landlock",
		capability: "the lack of a capability",
		seccomp: "the system call filter",
		network: "the network namespace",
	} satisfies Record<Layer, string>,
	mounts: {
		cage: (_at: string, _access: string) => "the cage itself: read-only, nosuid, nodev",
		data: (at: string, _access: string) => `${at}, the application's own data: writable, noexec, nosuid, nodev`,
		bind: (at: string, access: string) =>
			`${at} of the host: ${access === "rw" ? "writable, noexec" : "read-only"}, nosuid, nodev`,
		temporary: (at: string, _access: string) => `${at}, empty at each start: writable, noexec, nosuid, nodev`,
		devices: (_at: string, _access: string) => "/dev, with the nodes of the plan alone: read-only, noexec, nosuid",
		proc: (_at: string, _access: string) => "/proc, which shows the application's own processes",
		kernel: (at: string, _access: string) => `${at}, the machine's own: read-only, noexec, nosuid, nodev`,
		launcher: (_at: string, _access: string) => "/.launch, the launcher's own files: read-only, nosuid, nodev",
	} satisfies Record<PathMount["mount"], (at: string, access: string) => string>,
	absence: {
		declined: (risk: string) => (risk ? `left out on purpose: ${risk}` : "left out on purpose"),
		excluded: (rule: string) => `left out by --exclude ${rule}`,
		unneeded: (why: string) => why,
		kernel: () => "a file of the kernel, which no permission shows",
		"not-on-host": () => "this machine has none",
		"not-in-data": () => "the application's data have none now",
		untouched: () => "the application never used it",
		"new-in-plan": () => "planned since the cage was built; build it anew",
	} satisfies Record<Absence["kind"], (detail: string) => string>,
	callPasses: (name: string, opened: boolean) =>
		`${name}: passes the filter${opened ? ", because the application was seen to need it" : ""}.`,
	callDenied: (name: string, answer: string, why: string, when: string) =>
		`${name}: refused by the system call filter with ${answer}${when ? ` ${when}` : ""} (${why}).`,
	capabilityKept: (name: string, why: string) => `Capability ${name}: kept, because the application needed it (${why}).`,
	capabilityNotSeen: (name: string) =>
		`Capability ${name}: not kept, the application was never seen to need it. A trace or trial that shows the need opens it, or --allow capability:${name}.`,
	capabilityOfAccount: (name: string) =>
		`Capability ${name}: not kept. The application starts as an account, which keeps none but net_bind_service where it binds a port below 1024.`,
	why: {
		"foreign-abi": "another processor's calls",
		unjudged: "newer than the filter",
		namespaces: "namespaces",
		"terminal-injection": "typing into a terminal",
		"socket-families": "rare kinds of sockets",
		"raw-sockets": "raw sockets",
		"unix-sockets": "unix sockets",
		"device-nodes": "device nodes",
		"setuid-files": "setuid files",
		"unseen-arguments": "arguments that no filter can see",
		"other-processes": "other processes",
		"file-tree": "another file tree",
		"file-handles": "files without their names",
		keyrings: "keyrings, which are shared with the host",
		"kernel-interfaces": "parts of the kernel that no service needs",
		machine: "the machine as a whole",
		"writable-code": "memory that is written and executed",
		"code-without-file": "programs without a file",
		"core-handler": "the host's core handler",
	} satisfies Record<Why, string>,
	when: {
		"other-architecture": "for another architecture",
		"newer-than-table": "for newer calls",
		"namespace-flags": "with flags for a new namespace",
		"tiocsti-or-tioclinux": "for TIOCSTI and TIOCLINUX",
		"family-not-opened": "for families that are not opened",
		"netlink-but-not-route": "for netlink other than routing",
		"type-not-opened": "for types that are not opened",
		"rare-protocol": "for protocols other than TCP, UDP and ICMP",
		"not-regular-fifo-or-socket": "for anything but files, FIFOs and sockets",
		"leaves-whiteout": "with RENAME_WHITEOUT",
		"setuid-or-setgid-mode": "with a setuid or setgid bit",
		"creates-with-setuid-or-setgid-mode": "where it makes a file with a setuid or setgid bit",
		"memory-layout": "for PR_SET_MM",
		"core-limit": "for RLIMIT_CORE",
		"writable-and-executable": "for memory that can be written and executed",
		"executable-without-file": "for memory that can be executed and belongs to no file",
		executable: "where it makes memory executable",
		"not-linux-or-query": "for personalities other than Linux",
	} satisfies Record<When, string>,
};

export type ExplainMessages = Widen<typeof explainEn>;
