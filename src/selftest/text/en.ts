import type { Widen } from "../../messages/widen.ts";
import type { Result } from "../outcomes.ts";
import type { CheckId, Instead } from "../outside.ts";
import type { Group, StoppingLayer } from "../technique.ts";
import { techniqueTitles } from "../techniques.ts";
import type { SilentReason } from "../verdict.ts";

/** Fixes for the results of the self-test. */
const selftestClosingEn = {
	/** By the layer that should have stopped the technique. */
	stops: {
		root: "rebuild the cage (cagewright make) and repeat the test; if it still fails, please report a bug",
		capabilities: "check which capabilities the plan keeps, and refuse this one: --refuse capability:NAME",
		seccomp: "run cagewright doctor to check whether this kernel filters system calls",
		landlock: "run cagewright doctor to check whether this kernel has Landlock and the launcher can use it",
		"read-only": "remove the folder from --writable and --bind PATH:rw, if the application need not write there",
		nosuid: "run cagewright doctor to find missing requirements of the launcher",
		nodev: "run cagewright doctor to find missing requirements of the launcher",
		noexec: "keep programs out of folders that the application writes to; run cagewright doctor",
		pid: "run cagewright doctor to check whether this machine supports PID namespaces",
		ipc: "run cagewright doctor to check whether this machine supports IPC namespaces",
		net: "use --network none, if the application needs no network",
		"no-proc": "use --refuse proc, if the application still answers",
		"own-dev": "remove device nodes that the application does not need",
		"no-new-privs": "run cagewright doctor to find missing requirements of the launcher",
		account: "give the cage its own account: --dedicated-account NAME",
		init: "rebuild the cage (cagewright make) and repeat the test",
		session: "start it with cagewright run or its unit, not by hand",
		environment: "start it with cagewright run or its unit, not by hand",
	} satisfies Record<StoppingLayer, string>,
	/** By the check from outside: the meaning of its failure, and the fix. */
	checks: {
		inside: ["The application runs outside its cage.", "Stop it, rebuild the cage and repeat the test."],
		root: [
			"The host's file tree is still reachable above the cage.",
			"Run cagewright doctor to find missing requirements of the launcher.",
		],
		capabilities: ["The application has more capabilities than it needs.", "Refuse the unneeded ones: --refuse capability:NAME."],
		"no-new-privs": [
			"A setuid program could give the application more rights.",
			"Run cagewright doctor to find missing requirements of the launcher.",
		],
		seccomp: [
			"The application can make every system call.",
			"Run cagewright doctor to check whether this kernel filters system calls.",
		],
		namespaces: [
			"The application shares these namespaces with the host.",
			"Run cagewright doctor to check which namespaces this machine supports.",
		],
		descriptors: [
			"The application inherited an open file or socket from the process that started it.",
			"Start it with cagewright run or its unit.",
		],
		ro: ["The application could change its own programs.", "Rebuild the cage and repeat the test; run cagewright doctor."],
		nosuid: ["A setuid file there would give rights.", "Run cagewright doctor to find missing requirements of the launcher."],
		nodev: ["A device node there would work.", "Run cagewright doctor to find missing requirements of the launcher."],
		noexec: [
			"The application could execute files that it wrote.",
			"Run cagewright doctor to find missing requirements of the launcher.",
		],
		mounts: ["The application sees parts of the host that the plan does not contain.", "Rebuild the cage and repeat the test."],
		session: ["The application could inject input into a terminal of the host.", "Start it with cagewright run or its unit."],
		environment: [
			"The environment contains values of the host, possibly secrets.",
			"Start the application with cagewright run or its unit.",
		],
		account: [
			"Other processes outside use the same account, and only the PID namespace separates them.",
			"Give the cage its own account: --dedicated-account NAME.",
		],
	} satisfies Record<CheckId, readonly [meaning: string, fix: string]>,
};

export type SelftestClosing = Widen<typeof selftestClosingEn>;

export const selftestEn = {
	groups: {
		files: "Files",
		inherited: "Inherited resources",
		processes: "Processes outside",
		namespaces: "Mounts and namespaces",
		kernel: "Kernel and machine",
		memory: "Shared memory and keys",
		sockets: "Sockets",
		rights: "Privileges",
	} satisfies Record<Group, string>,
	/** The meaning of an escape with a technique of this group. */
	meanings: {
		files: "the application can reach files outside the cage, or change the cage",
		inherited: "the application can use resources of the process that started the cage",
		processes: "the application can read or control other processes of its account",
		namespaces: "the application can change its view of the system, up to the host's",
		kernel: "the application can attack or change the kernel or the whole machine",
		memory: "the application can read memory that other processes of its account share",
		sockets: "the application can reach processes outside, or the kernel via a rare protocol",
		rights: "the application can get rights that it was not given",
	} satisfies Record<Group, string>,
	outcomes: {
		escaped: "ESCAPED",
		open: "permitted",
		refused: "refused",
		impossible: "not applicable",
		failed: "not finished",
	} satisfies Record<Result, string>,
	stops: {
		root: "the cage is the root",
		capabilities: "no capability",
		seccomp: "seccomp",
		landlock: "Landlock",
		"read-only": "read-only",
		nosuid: "nosuid",
		nodev: "nodev",
		noexec: "noexec",
		pid: "PID namespace",
		ipc: "IPC namespace",
		net: "network namespace",
		"no-proc": "no /proc",
		"own-dev": "private /dev",
		"no-new-privs": "no new privileges",
		account: "account",
		init: "init",
		session: "separate session",
		environment: "clean environment",
	} satisfies Record<StoppingLayer, string>,
	checks: {
		inside: "its root directory is the cage",
		root: "the cage is the root of the mount namespace",
		capabilities: "no capability outside the plan",
		"no-new-privs": "no new privileges",
		seccomp: "system call filter",
		namespaces: "separate namespaces",
		descriptors: "no open descriptor from outside",
		ro: "root, /dev and the launcher's files are read-only",
		nosuid: "nosuid on every mount",
		nodev: "nodev on every mount except its /dev",
		noexec: "noexec on every writable mount",
		mounts: "no mount outside the plan",
		session: "separate session without a terminal",
		environment: "no environment variable outside the plan",
		account: "no process outside uses its account",
	} satisfies Record<CheckId, string>,
	/** The protection of a unit in place of a layer that units do not support. */
	instead: {
		"device-group": "the service's cgroup allows no other device",
		"no-capability": "no capability and no system call can change it",
		"no-new-privs": "no_new_privs is set, so setuid bits have no effect",
	} satisfies Record<Instead, string>,
	programWritten: (file: string) => `Wrote ${file}. Run it inside a sandbox; \`not ok\` marks what the sandbox does not stop.`,
	titleOfUnit: (name: string, unit: string) => `Self-test of cage ${name}, run as the service ${unit}`,
	title: (name: string) => `Self-test of cage ${name}`,
	outside: "Checks from outside",
	ok: "ok",
	missingMark: "MISSING",
	noteMark: "note",
	stopped: (stops: string, error: string) => `  Stopped as expected by one of: ${stops}. ${error}`.trimEnd(),
	shouldStop: (stops: string) => `  Expected to be stopped by: ${stops}.`,
	closing: selftestClosingEn,
	fix: (how: string) => `  Fix: ${how}`,
	means: (what: string) => `  Meaning: ${what}`,
	trying: (tried: number, techniques: number, launch: number, launches: number) =>
		`Trying escape techniques, launch ${launch} of ${launches}: ${tried} of ${techniques}`,
	toFix:
		"To fix this: stop the application, find missing requirements with cagewright doctor, and repeat the self-test before you start it.",
	openBy: (what: string) => `  Permitted, because ${what}`,
	permissions: {
		network: "the cage shares the host's network; --network none separates it",
		"abstract-sockets":
			"the plan permits abstract unix sockets of other processes, or this kernel's Landlock does not limit them; --network none separates them",
		ports: "the plan permits any TCP port, or this kernel's Landlock does not limit ports",
		memfd: "the plan permits memfd_create",
		proc: "the plan permits /proc",
		uevents: "the plan permits the kernel's events about devices",
		"executable-data": "the plan permits executing data",
		"writable-code": "the plan permits memory that is both writable and executable",
		weak: (layer: string) => `the launcher of this machine does not support ${layer}; run cagewright doctor`,
		capability: (name: string) => `the plan permits capability ${name}`,
	},
	holds: (refused: number, open: number) => `No escape: ${refused} techniques refused, ${open} permitted by the plan.`,
	leaks: (escaped: number, findings: number) =>
		`NOT SAFE: ${escaped} techniques escaped, ${findings} checks from outside failed.`,
	alarms: (raised: number, filtered: number, slowest: number) =>
		`Alarms: the kernel recorded ${raised} of the ${filtered} techniques that the filter, Landlock or a missing capability refused, within ${slowest.toFixed(2)} s.`,
	silent: (technique: string, reason: string) => `no record: ${technique} (${reason})`,
	silentReasons: {
		imitated: "the filter answers like a kernel without this call, as libraries expect",
		landlock: "only Landlock refuses it, which Linux 6.15 and later record if auditing is on",
		memory: "only the missing capability refuses it, because a filter cannot read arguments in memory",
		lost: "its record did not arrive",
	} satisfies Record<SilentReason, string>,
	control: (before: number, after: number) =>
		`The control run without any layer escaped with ${before} techniques before the test and ${after} after it, so the test works.`,
	/** Used in the record and after `make`. */
	notTried: "No escape technique was tried: the self-test was disabled or could not run.",
	tried: (tried: number, at: string) => `${tried} escape techniques were tried from inside (${at}).`,
	noEscape: "None escaped, and the audit from outside has no findings.",
	escaped: (ids: string) => `Escaped: ${ids}.`,
	missing: (ids: string) => `Missing, according to the audit from outside: ${ids}.`,
	permitted: (ids: string) => `Permitted by the plan: ${ids}.`,
	/** Layers that this machine does not support. */
	unsupported: (ids: string) => `Not refused, because this machine does not support a layer: ${ids}.`,
	section: "Escape techniques",
	progress: "Trying escape techniques…",
	techniques: techniqueTitles,
};

export type SelftestMessages = Widen<typeof selftestEn>;
