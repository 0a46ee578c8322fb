import type { GroupName, Recommendation } from "../../core/plan/groups.ts";
import type { Importance, MissingKind } from "../../core/plan/missing.ts";
import type { Risk } from "../../core/plan/plan.ts";
import type { Widen } from "../widen.ts";

export const planEn = {
	files: (files: number, bytes: string) => `${files} files, ${bytes}`,
	others: (symlinks: number, directories: number, devices: number) =>
		`${symlinks} links, ${directories} directories, ${devices} devices`,
	declined: "Left out unless you allow it",
	allow: {
		secret: "secret: --allow-secret",
		setuid: "setuid: --allow-setuid",
		device: "device: --device",
		large: "large, and only looked at: --include",
		"refused-device": "device that leads out of any cage: refused",
	},
	writable: "Writable, kept under the cage's data",
	seeds: (count: number, bytes: string) => `${count} seeded from the host, ${bytes}`,
	startsEmpty: "starts empty",
	accounts: (users: string, groups: string, usersOut: number, groupsOut: number) =>
		`passwd keeps ${users || "nobody"} (${usersOut} left out), group keeps ${groups || "none"} (${groupsOut} left out)`,
	accountsChosen: "Accounts that you chose",
	accountsWithout: "Accounts that you leave out",
	groups: {
		program: "program",
		libraries: "libraries",
		interpreter: "interpreter's library",
		configuration: "configuration",
		accounts: "accounts",
		data: "data",
		certificates: "certificates",
		"time-zones": "time zones",
		locale: "languages",
		resources: "resources",
		state: "state",
		logs: "logs",
		runtime: "runtime files",
		sockets: "sockets of others",
		devices: "devices",
		secrets: "secrets",
		"left-out": "left out",
	} satisfies Record<GroupName, string>,
	recommendations: {
		copy: "copy",
		empty: "empty directory of its own",
		seed: "copied once, then its own",
		bind: "stays the host's, read-only",
		generate: "written anew",
		make: "made anew",
		"leave-out": "leave out",
	} satisfies Record<Recommendation, string>,
	spare: (place: string) => `most services answer without: --exclude ${place}`,
	shared: "Stays the host's and is seen in the cage, read-only (--include copies it, --exclude leaves it out)",
	offers: "Not in the plan; take it up where you need it",
	offered: {
		"plug-ins": (files: number, bytes: string) => `${files} more modules beside those that were loaded, ${bytes}`,
		"interpreter-modules": (files: number, bytes: string) =>
			`${files} more modules of this library, ${bytes}; no source names them, but a program may compute their names`,
		library: (files: number, bytes: string) =>
			`a library that it may load while it runs, ${files > 1 ? `with what it needs ${files} files, ` : ""}${bytes}`,
		state: (files: number, bytes: string) => `${files} files of state that the host has, ${bytes}`,
		documented: (files: number, bytes: string) =>
			`named in its documentation, never used: ${files === 1 ? "1 file" : `${files} files`}, ${bytes}`,
		"documented-writable": () => "a directory that it may want to write to, never used",
	},
	documents: {
		package: (name: string) => `from the package ${name}`,
		line: (line: number) => `line ${line}`,
		quoted: (text: string) => `“${text}”`,
	},
	permissions: "Confinement leaves open",
	nothingOpen: "nothing",
	capability: (name: string, why: string) => `capability ${name} (${why})`,
	proc: "/proc, its own processes only",
	kernelProc: "/proc with the machine's files",
	sys: "/sys with the machine's devices",
	unixSockets: "unix sockets",
	netlink: "netlink, addresses and routes only",
	multicast: "multicast and broadcast",
	syslog: (socket: string) => `the host's syslog (${socket})`,
	memfd: "memfd_create",
	writableCode: "memory that is written and executed",
	refusedPermissions: "Kept closed on your word",
};

/** Why something is there, what is dangerous about it, and what kind of thing is missing; English. */
export const reasonsEn = {
	reasons: {
		traced: (calls: string, program: string) =>
			program ? `${program} used it (${calls})` : `the application used it (${calls})`,
		neededBy: (by: string) => `library of ${by}`,
		interpreterOf: (by: string) => `interpreter of ${by}`,
		linkTo: (target: string) => `link to ${target}`,
		partOf: (tree: string) => `part of ${tree}, which the application uses`,
		parentOf: (child: string) => `holds ${child}`,
		rule: (rule: string, value: string) => `you asked for it (${rule} ${value})`,
		trial: (round: number, call: string) => `found missing in trial round ${round} (${call})`,
		shared: {
			data: (example: string) => `content that stays the host's; ${example} was read`,
			certificates: (example: string) => `certificates that may be renewed on the host; ${example} was read`,
			socket: (example: string) => `a service of the host listens there: ${example}`,
		},
		account: "written anew: only the accounts and name services that are needed",
		loaderCache: "written anew: where the libraries are",
		launcher: "the launcher needs it",
		serviceDirectory: "a directory that the service is given before it starts",
		edited: "configuration that was added in the cage itself",
		unneeded: (probes: number, exercises: number, date: string) =>
			`left out: proven unnecessary by ${probes} ${probes === 1 ? "probe" : "probes"} and ${exercises} ${exercises === 1 ? "exercise" : "exercises"} on ${date}`,
	},
	risks: {
		secret: "secret",
		setuid: "setuid",
		device: "device that needs your consent",
		"world-writable": "writable by everybody",
		state: "state",
		"refused-device": "device that leads out of any cage",
		large: "large",
		home: "from a home directory",
	} satisfies Record<Risk, string>,
	missingKinds: {
		absent: "not in the cage",
		noexec: "what is written there cannot be executed",
		"owner-or-mode": "owner or mode does not allow it",
		"read-only": "not writable",
		capability: "capability not kept",
		filtered: "call is filtered",
		"kernel-file": "file of the kernel",
		account: "account that it does not know",
	} satisfies Record<MissingKind, string>,
	/** Why something that is missing stands where it does in the list. */
	importances: {
		said: "the application said so: {line}",
		"error-said": "the application said this error: {line}",
		"last-call": "the application ended {before} failed calls later",
		veryLast: "the last call that failed before the application ended",
		configuration: "configuration",
		library: "a library",
		package: "belongs to its package {package}",
		other: "nothing speaks for it",
		noise: "applications mostly live without it",
		ofPackage: "{what} of its package {package}",
	} satisfies Record<Importance["level"] | "veryLast" | "ofPackage", string>,
	accountReasons: {
		"started-as": "the application starts as it",
		"switched-to": "the application switches to it",
		"owns-files": "owns files of the application",
		"looked-up": "the application asks for it by name",
		chosen: "chosen by the administrator",
		dedicated: "the cage has it for itself",
		"group-of-account": "group of a kept account",
	} as Record<string, string>,
};

export type ReasonMessages = Widen<typeof reasonsEn>;
