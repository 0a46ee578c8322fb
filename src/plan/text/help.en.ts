import type { permissionWords } from "../permission-words.ts";

/** Help of the verbs that show a plan. */
export const planHelpEn = {
	plan: {
		about: "Show what would go into a traced cage, and why",
		details: "Decisions such as --include are stored with the cage. If it is built already, `plan` also shows what would change.",
		dryRun: "Do not store the decisions",
	},
};

type PermissionWord =
	| (typeof permissionWords)[keyof typeof permissionWords]
	| "call:NAME"
	| "capability:NAME"
	| "port:NUMBER"
	| "socket:PATH"
	| "executable-data:DIR";

/** What each word of `--allow` and `--refuse` permits. */
export const permissions = {
	proc: "/proc with the application's own processes and no kernel files",
	"own-process": "Writing the files of its own processes in /proc, such as oom_score_adj",
	"kernel-proc": "/proc with files about the machine, such as its load and memory, read-only",
	sys: "/sys, read-only: devices and their counters",
	"unix-sockets": "Unix sockets",
	netlink: "Questions to the kernel about network addresses and routes",
	uevents: "Messages of the kernel about devices that come and go",
	"packet-sockets": "Reading and forging every packet of its network",
	multicast: "Multicast and broadcast",
	syslog: "Messages to the host's syslog",
	memfd: "Files in memory (memfd_create)",
	"writable-code": "Memory that is both writable and executable, as just-in-time compilers need",
	ports: "Listening on any TCP port",
	"abstract-sockets": "Abstract unix sockets of processes outside the cage",
	"call:NAME": "This system call, if the cage has a filter of its own (--calls observed)",
	"capability:NAME": "This capability, such as capability:net_bind_service",
	"port:NUMBER": "Listening on this TCP port, too",
	"socket:PATH": "This unix socket of the host",
	"executable-data:DIR": "Running files in this writable directory",
} satisfies Record<PermissionWord, string>;
