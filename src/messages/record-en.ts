import type { FindingCode } from "../core/cage/audit.ts";
import type { Widen } from "./widen.ts";

/** The record of a cage, English. It says what was measured and leaves open what was not. */
export const recordEn = {
	title: (name: string) => `Record of the cage ${name}`,
	intro:
		"Installation of an application in a chroot cage after safeguard S 4.198 (SYS.1.3.A10). Written by Cagewright after the last trial.",
	what: "The application",
	command: "Command",
	account: "Started as",
	directory: "Working directory",
	template: "Template",
	noTemplate: "none",
	when: "Made",
	who: "Made by (account of the system)",
	generation: "Generation",
	where: "Root directory of the cage",
	data: "Data of the application",
	trials: "Planning and testing",
	seconds: (trace: number, plan: number, build: number, trial: number) =>
		`Traced for ${trace} s, planned in ${plan} s, built in ${build} s, tried for ${trial} s.`,
	trialHead: ["Round", "At", "Generation", "Answered", "Added before", "Missing"],
	yes: "yes",
	no: "no",
	probe: (ok: boolean, command: string) => `${ok ? "passed" : "failed"}: ${command}`,
	missingHead: ["Kind", "What", "Call", "Error", "Left out on purpose"],
	devices: "Device files",
	deviceHead: ["Path", "Type and number", "Why"],
	accounts: "Accounts",
	userHead: ["User", "uid", "gid", "Why"],
	groupHead: ["Group", "gid", "Why"],
	leftOut: (users: number, groups: number) =>
		`${users} entries of the host's /etc/passwd and ${groups} of its /etc/group are left out. No password hash and no login shell is in the cage.`,
	confinement: "Confinement",
	layers:
		"Namespaces (mount, PID, IPC, UTS, cgroup), read-only root, private /dev and /tmp, no new privileges, Landlock, seccomp.",
	open: "Left open",
	network: (network: string) =>
		network === "none" ? "The cage has no network." : "The cage shares the host's network, loopback included.",
	audit: "Audit of the files on disk",
	auditClean: "Nothing was found.",
	findings: {
		"way-not-directory": "leads to the cage and is no directory",
		"way-foreign-owner": "leads to the cage and belongs to another account",
		"way-writable": "leads to the cage and can be written by others",
		"way-sticky": "leads to the cage and is a sticky directory of root's: passes, but a place of its own is better",
		setuid: "is setuid",
		setgid: "is setgid",
		"file-capabilities": "has file capabilities",
		"file-capabilities-unseen": "file capabilities could not be looked for, getcap is missing",
		device: "is a device that the plan does not have",
		fifo: "is a FIFO that the plan does not have",
		socket: "is a socket that the plan does not have",
		"hard-link": "has more than one name",
		"world-writable": "can be written by everybody",
		"application-may-write": "can be written by the application",
		"application-owns": "belongs to the application's account; only the read-only mount keeps it from being changed",
		"shadow-file": "is a file of password hashes",
		"password-hash": "holds a password hash",
		"password-empty": "has an account without a password",
		"link-leads-outside": "is a link to a place that is not in the cage",
		mounted: "is a mount of its own",
	} satisfies Record<FindingCode, string>,
	writable: "Writable directories",
	writableHead: ["Path", "Owner", "Mode", "Why"],
	shared: "Directories of the host that are seen in the cage, read-only",
	sharedHead: ["Path", "Files", "Size", "Why"],
	groupsHead: ["Group", "Entries", "Size", "What was done"],
	declined: "Left out on purpose",
	declinedHead: ["Path", "Why"],
	entries: "Every entry",
	entriesCount: (files: number, links: number, directories: number, bytes: string) =>
		`${files} files, ${links} links, ${directories} directories, ${bytes}.`,
	entryHead: ["Path", "Kind", "Mode", "Owner", "Package", "SHA-256", "Why"],
	history: "History",
};

export type RecordMessages = Widen<typeof recordEn>;
