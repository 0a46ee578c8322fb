import type { GroupName, Recommendation } from "../../core/plan/groups.ts";
import type { Importance, MissingKind } from "../../core/plan/missing.ts";
import type { PermissionName } from "../../core/plan/permission-words.ts";
import type { PlannedPeer, Risk, SocketReach } from "../../core/plan/plan.ts";
import type { Widen } from "../widen.ts";

export const planEn = {
	files: (files: number, bytes: string) => `${files} files, ${bytes}`,
	others: (symlinks: number, directories: number, devices: number) =>
		`${symlinks} links, ${directories} directories, ${devices} ${devices === 1 ? "device" : "devices"}`,
	declined: "Left out unless you allow it",
	allow: {
		secret: "secret: --allow-secret",
		setuid: "setuid: --allow-setuid",
		device: "device: --device",
		large: "large, and its content was never read: --include",
		"refused-device": "device that would allow an escape: refused",
	},
	writable: "Writable, stored in the cage's data",
	stateInPlace: "Writable, the service's own state where the host has it",
	seeds: (count: number, bytes: string) => `${count} copied from the host, ${bytes}`,
	startsEmpty: "starts empty",
	accounts: (users: string, groups: string, usersOut: number, groupsOut: number) =>
		`passwd contains ${users || "no users"} (${usersOut} left out), group contains ${groups || "no groups"} (${groupsOut} left out)`,
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
		sockets: "sockets of other services",
		devices: "devices",
		decoys: "decoys",
		secrets: "secrets",
		"left-out": "left out",
	} satisfies Record<GroupName, string>,
	recommendations: {
		copy: "copy",
		empty: "empty directory",
		seed: "copied once, then independent",
		bind: "mounted from the host",
		generate: "generated",
		make: "created",
		"leave-out": "leave out",
	} satisfies Record<Recommendation, string>,
	spare: (place: string) => `most services do not need it: --exclude ${place}`,
	shared: "Mounted from the host, read-only (--include copies it, --exclude leaves it out)",
	peers: "Names of accounts that may be clients, without home, shell and groups",
	peerReasons: {
		root: "root's tools may be clients; the name has no right in the cage",
		configured: "named in the application's configuration",
		active: "had processes during the trace",
		"logs-in": "may log in on this machine",
	} satisfies Record<PlannedPeer["reason"], string>,
	offeredSockets: "Sockets that the application offers",
	socketReaches: {
		host: "at the same path on this machine",
		link: "at the same path on this machine, where `adopt` links it",
		network: "abstract: for everybody in the same network, so --network none hides it",
		unit: "held by systemd, at the same path on this machine",
		cage: "only in the cage: clients of this machine do not find it there",
	} satisfies Record<SocketReach, string>,
	offers: "Not in the plan; add what the application needs",
	offered: {
		"plug-ins": (files: number, bytes: string) => `${files} more modules next to the loaded ones, ${bytes}`,
		"interpreter-modules": (files: number, bytes: string) =>
			`${files} more modules of this library, ${bytes}; no source names them, but a program may compute their names`,
		library: (files: number, bytes: string) =>
			`a library that the application may load later${files > 1 ? `, with its dependencies ${files} files` : ""}, ${bytes}`,
		state: (files: number, bytes: string) => `${files} files of the host's state, ${bytes}`,
		documented: (files: number, bytes: string) =>
			`named in the documentation, never used: ${files === 1 ? "1 file" : `${files} files`}, ${bytes}`,
		"documented-writable": () => "a directory that the application may want to write to, never used",
	},
	documents: {
		package: (name: string) => `from the package ${name}`,
		line: (line: number) => `line ${line}`,
		quoted: (text: string) => `“${text}”`,
	},
	permissions: "Permissions",
	noPermissions: "none",
	capability: (name: string, why: string) => `capability ${name} (${why})`,
	permissionNames: {
		proc: "/proc, only its own processes",
		ownProcess: "settings of its own processes",
		kernelProc: "/proc with facts about the machine",
		sys: "/sys with the machine's devices",
		unixSockets: "unix sockets",
		netlink: "netlink, only addresses and routes",
		uevents: "the kernel's messages about devices",
		packetSockets: "every packet of its network",
		multicast: "multicast and broadcast",
		syslog: "the host's syslog",
		memfd: "files in memory",
		writableCode: "memory that is both writable and executable",
		ports: "any TCP port",
		abstractSockets: "abstract sockets of the host",
	} satisfies Record<PermissionName, string>,
	tcpPorts: (ports: readonly number[]) =>
		ports.length ? `The cage may bind these TCP ports: ${ports.join(", ")}.` : "The cage may bind no fixed TCP port.",
	portsUnlimited: "The cage may bind any TCP port, because this kernel cannot limit ports (Linux 6.7 and later can).",
	refusedPermissions: "Refused by you",
	calls: (permitted: number, general: number) =>
		`The filter permits ${permitted} system calls; the general filter permits ${general}.`,
};

/** Reasons and risks of entries, kinds and importance of missing items, reasons for accounts. */
export const reasonsEn = {
	reasons: {
		traced: (calls: string, program: string) =>
			program ? `${program} used it (${calls})` : `the application used it (${calls})`,
		neededBy: (by: string) => `library of ${by}`,
		interpreterOf: (by: string) => `interpreter of ${by}`,
		linkTo: (target: string) => `link to ${target}`,
		partOf: (tree: string) => `part of ${tree}, which the application uses`,
		parentOf: (child: string) => `contains ${child}`,
		rule: (rule: string, value: string) => `requested by option (${rule} ${value})`,
		trial: (round: number, call: string) => `missing in trial round ${round} (${call})`,
		shared: {
			data: (example: string) => `content shared with the host; the application read ${example}`,
			site: (example: string) => `content shared with the host; ${example} names it`,
			certificates: (example: string) => `certificates that the host may renew; the application read ${example}`,
			socket: (example: string) => `contains the socket of a host service: ${example}`,
		},
		mayUse: (by: string) => `${by} may use it, although no run did`,
		ownFile: "the application's own file in a directory of many services, mounted from the host",
		offered: (socket: string) => `clients of this machine find the application's socket there: ${socket}`,
		offeredFile: (file: string) => `tools of this machine find the service's file there: ${file}`,
		account: "generated: only the accounts and name services that are needed",
		decoy: "decoy: worthless, the application does not look there; opening it raises an alarm",
		loaderCache: "generated: index of the libraries in the cage",
		launcher: "the launcher needs it",
		ownState: "state directory of the application's account",
		serviceDirectory: "directory that the service manager creates before the start",
		edited: "configuration added in the cage",
		unneeded: (probes: number, exercises: number, date: string) =>
			`left out: proven unnecessary by ${probes} ${probes === 1 ? "probe" : "probes"} and ${exercises} ${exercises === 1 ? "exercise" : "exercises"} on ${date}`,
	},
	risks: {
		secret: "secret",
		setuid: "setuid",
		device: "device that requires your consent",
		"world-writable": "writable by everybody",
		state: "state",
		"refused-device": "device that would allow an escape",
		large: "large",
		home: "from a home directory",
	} satisfies Record<Risk, string>,
	missingKinds: {
		absent: "not in the cage",
		noexec: "files written there cannot be executed",
		"owner-or-mode": "denied by owner or mode",
		"read-only": "not writable",
		capability: "capability not kept",
		filtered: "system call filtered",
		"kernel-file": "kernel file",
		port: "port not permitted",
		account: "unknown account",
	} satisfies Record<MissingKind, string>,
	/** Why a missing item may matter; the list is sorted by it. */
	importances: {
		said: "the application printed: {line}",
		"error-said": "the application printed this error: {line}",
		"last-call": "one of the last {before} failed calls before the application exited",
		veryLast: "last failed call before the application exited",
		configuration: "configuration",
		library: "a library",
		package: "belongs to the application's package {package}",
		other: "no evidence that it matters",
		noise: "most applications do not need it",
		ofPackage: "{what} of the application's package {package}",
	} satisfies Record<Importance["level"] | "veryLast" | "ofPackage", string>,
	accountReasons: {
		"started-as": "the application starts as this account",
		"switched-to": "the application switches to this account",
		"owns-files": "owns files of the application",
		"looked-up": "the application looks it up by name",
		chosen: "chosen by the administrator",
		dedicated: "the cage's dedicated account",
		"group-of-account": "group of an account in the cage",
	} as Record<string, string>,
};

export type ReasonMessages = Widen<typeof reasonsEn>;
