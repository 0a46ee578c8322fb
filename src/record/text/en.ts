import type { LandlockAbility } from "../../confine/landlock.ts";
import type { Widen } from "../../messages/widen.ts";
import type { ItemId, ItemState } from "../checklist.ts";
import type { ResidualRisk } from "../residual-risks.ts";
import type { Verification } from "../verification.ts";
import { recordPartsEn } from "./parts.en.ts";

/** What a kernel's Landlock may be too old for. */
const abilityNames: Readonly<Record<LandlockAbility, string>> = {
	truncate: "truncating files",
	ports: "TCP ports",
	devices: "commands to devices",
	scopes: "signals and abstract sockets",
	records: "records of refusals",
};

type Verdict = (file: string, name: string, at: string, generation: number) => string;

const verdicts: Readonly<Record<Verification["verdict"], Verdict>> = {
	"as-written": (file, name, at, generation) =>
		`${file} is the unchanged record of ${name}, generation ${generation}, written at ${at}.`,
	changed: (file, name, at) => `${file} was changed: the log of ${name} contains another checksum for it, written at ${at}.`,
	unlogged: (file, name) =>
		`${file} matches its checksum file, but the log of ${name} does not contain it. Both files could have been changed together.`,
	unknown: (file, name) =>
		`${file} cannot be verified: the log of ${name} does not contain it. Write records with --checksum to make them verifiable.`,
};

/** Output of the verb `record`, without the record itself. */
export const recordVerbEn = {
	written: (name: string, path: string) => `Wrote the record of ${name} to ${path}.`,
	allWritten: (count: number, path: string) => `Wrote ${count} ${count === 1 ? "record" : "records"} and an index to ${path}.`,
	checksum: (path: string) => `Wrote its checksum to ${path} and to the cage's log.`,
	askInitiatedBy: "Who initiated this installation? (Appears in the record; Enter leaves it open.)",
	askImplementedBy: "Who implemented it?",
	verdicts,
	sums: (then: string, now: string) => `SHA-256 then: ${then}\nSHA-256 now:  ${now}`,
	checksumDiffers: (path: string) => `The checksum in ${path} does not match.`,
	current: "The cage's files have not changed since.",
	notCurrent: (name: string) => `The cage's files have changed since. To write the current record: cagewright record ${name}`,
};

export type RecordVerbMessages = Widen<typeof recordVerbEn>;

/** Labels for the actions and details of the log. */
const recordLogEn = {
	actions: {
		made: "made",
		rebuilt: "rebuilt",
		updated: "updated",
		built: "built",
		traced: "traced",
		tried: "trial passed",
		"trial-failed": "trial failed",
		"update-refused": "update rejected",
		"update-undone": "update undone",
		minimised: "minimised",
		"minimise-refused": "minimised generation rejected",
		watched: "watched in production",
		"rolled-back": "rolled back",
		"switch-finished": "interrupted switch completed",
		alarm: "alarm",
		"alarms-measured": "alarms measured",
		frozen: "processes frozen after an alarm",
		stopped: "stopped after an alarm",
		"reaction-failed": "reaction to an alarm failed",
		"finding-accepted": "finding accepted",
		"finding-acknowledged": "finding acknowledged",
		"acknowledgement-revoked": "acknowledgement revoked",
		recorded: "record written",
		approved: "approved",
		"responsible-named": "responsible persons named",
		adopted: "service moved into the cage",
		"adoption-undone": "move into the cage undone",
		released: "service moved out of the cage",
		"release-undone": "move out of the cage undone",
		repaired: "repaired after an interruption",
		unit: "unit installed or removed",
		hook: "hook installed or removed",
		exported: "exported",
		imported: "imported",
		removed: "removed",
	},
	details: {
		generation: "generation",
		rounds: "rounds",
		files: "files",
		bytes: "size",
		answered: "answered",
		missing: "missing",
		accepted: "accepted",
		from: "from",
		to: "to",
		purpose: "purpose",
		initiatedBy: "initiated by",
		implementedBy: "implemented by",
		by: "by",
		findings: "findings",
		until: "until",
		at: "at",
		service: "service",
		interrupted: "seconds down",
		places: "directories",
		action: "action",
		path: "path",
		problem: "reason",
		file: "file",
		sha256: "SHA-256",
		fingerprint: "fingerprint of the files",
		data: "with data",
		seconds: "seconds",
		failures: "failed calls",
		exportedAt: "exported at",
	},
};

export type RecordLogMessages = Widen<typeof recordLogEn>;

/** The evidence for each sentence of the safeguard and for an auditor's further questions. */
const checklistEn = {
	intro:
		"This section quotes each sentence of safeguard S 4.198 and of its successor, requirement SYS.1.3.A10, with the evidence in this record. The available copy of the safeguard ends at “it must be documented” and contains no review questions. The questions at the end are ours: an auditor would ask them there.",
	head: ["No.", "Sentence", "State", "Evidence", "Where"],
	sources: { s: "Safeguard S 4.198", r: "Requirement SYS.1.3.A10", q: "Further questions of an auditor" },
	states: {
		shown: "shown",
		failed: "not met",
		open: "open",
		person: "open (person)",
		explains: "explanation",
	} satisfies Record<ItemState, string>,
	count:
		"{shown:count} of {of:count} shown, {failed:count} not met, {open:count} open, {person:count} of these for a person to answer.",
	questions: {
		q1: "Is the origin, version and reason of each file documented?",
		q2: "Is it documented how the cage's configuration differs from the host's or the package's?",
		q3: "Is it documented who may write to which directory, and which host directories the cage can reach?",
		q4: "Was the application tested in the cage with real requests, and are the results recorded?",
		q5: "Were the known escape techniques tried from inside the cage?",
		q6: "Is it ensured that the copies in the cage follow the host's updates?",
		q7: "Does the cage contain only the keys, passwords and other secrets that it needs?",
		q8: "What is the purpose of the cage?",
		q9: "Who approved the cage and accepted the remaining risk?",
		q10: "Does the record show what was changed since, and when?",
	} as Record<Extract<ItemId, `q${number}`>, string>,
	/** Used if the item is shown, and if it failed. */
	evidence: {
		s1: "Initiated by {who}.",
		s2: "Implemented by {who}.",
		s3: "Cage {name} exists in generation {generation} at {root}.",
		s4: "Measured at {at}: the root directory of the running application was the cage, identified by device and inode.",
		s5: "Measured on the application's main process. Every program that it starts inherits this root directory. In the trace, {programs:count} {programs|program|programs} of the cage started.",
		s6: "The cage was also the root of its mount namespace: {root}.",
		s7: "Escape techniques tried from inside: {tried:count}. Escaped: {escaped:count}. Permitted by the plan: {open:count}.",
		s8: "The application runs as account {account}. Ports, accounts and directories shared with other services: {shares:count}. The planning notes and the findings of the latest check list them.",
		s9: "Started by {launcher}: cagewright run {name}. Beyond chroot, it uses namespaces, a system call filter and reduced privileges.",
		s10: "The self-test used the application's rights, as an attacker's code would. Tried: {tried:count}. Escaped: {escaped:count}. Permitted by the plan: {open:count}.",
		s11: "This is true for chroot alone. This cage has further layers. The self-test tried {tried:count} escape techniques against them. Escaped: {escaped:count}. Permitted by the plan: {open:count}.",
		s12: "The cage does not rely on being unnoticed.",
		s13: "The delay was not measured, and the cage does not rely on it.",
		s14: "Measured at {at}: of {filtered:count} escape techniques that the filter, Landlock or a missing capability refused, {raised:count} raised an alarm, within {milliseconds:count} ms. The service cagewright-watch runs and reports alarms of this cage. Somebody must be notified and must act.",
		s15: "The cage contains {files:count} {files|file|files}. In the last trial, {passed:count} {passed|probe|probes} with real requests succeeded with only these files.",
		s16: "Determined by tracing the application, by reading its programs and libraries, and by trials. Cagewright also searches the documentation of the application's packages and offers the paths that it names. {unexplained:count} of {entries:count} entries have no reason.",
		s17: "Present: {there}. Not needed: {absent}.",
		s18: "{rounds:count} trial {rounds|round|rounds}. Cagewright spent {seconds} s on planning, building and testing; this excludes people's time.",
		s19: "The available copy of the safeguard ends here. This record documents all {entries:count} entries, the configuration and the history.",
		s20: "The cage contains {devices:count} device {devices|file|files}, a generated /etc/passwd with {users:count} entries and a generated /etc/group with {groups:count} entries.",
		s21: "In the cage: {users}. Left out: {usersLeftOut:count} users and {groupsLeftOut:count} groups of the host.",
		s22: "The record gives a reason for each: {users:count} {users|user|users}, {groups:count} {groups|group|groups}.",
		r1: "Measured on the running application: {layers}. An AppArmor or SELinux profile is not included.",
		r2: "Cage {name} is a chroot environment with namespaces, like a container.",
		r3: "This machine uses AppArmor. The profile of the program is loaded: {profile}.",
		q1: "{files:count} {files|file|files} with origin, SHA-256 and reason, and with package and version except for {unowned:count}, which belong to no package. Entries without a reason: {unexplained:count}.",
		q2: "{files:count} configuration {files|file|files}. Different from the package's or the host's version: {changed:count}. The host's own, without a package's version to compare: {uncompared:count}.",
		q3: "{writable:count} writable {writable|directory|directories}, {binds:count} host {binds|directory|directories}.",
		q4: "In the last trial, {passed:count} of {of:count} probes succeeded ({at}).",
		q5: "Tried at {at}: {tried:count}. Escaped: {escaped:count}. Permitted by the plan: {open:count}.",
		q6: "The files matched the host's at {at}. The log has {updates:count} {updates|update|updates}, the last at {last}.",
		q7: "Secrets in the cage: {secrets:count}. Left out intentionally: {declined:count}.",
		q8: "{purpose}",
		q9: "Approved by {who}, for generation {generation}.",
		q10: "The append-only log has {lines:count} {lines|line|lines}.",
	} as Record<ItemId, string>,
	/** Used if the item failed and the sentence above would claim the opposite. */
	failed: {
		s4: "Measured at {at}: the root directory of the running application was not the cage.",
		s5: "The root directory of the application's main process was not the cage.",
		s6: "The cage was not the root of a mount namespace of the application.",
		s9: "Started by {launcher}. Measured on the running application: {layers}. The namespace, the filter or the reduced privileges were missing.",
		s15: "The cage contains {files:count} {files|file|files}. In the last trial, the application did not answer from it. Probes that succeeded: {passed:count}.",
		s16: "{unexplained:count} of {entries:count} entries have no reason.",
		s20: "The cage contains {devices:count} device {devices|file|files}, but /etc/passwd or /etc/group is missing.",
		r1: "Measured on the running application: {layers}. The system call filter or no_new_privs is missing.",
		r2: "The application did not run in a chroot environment with a namespace of its own.",
		r3: "The profile {profile} of the program is not loaded.",
		q6: "Compared with the host at {at}: the host has newer files.",
	} as Partial<Record<ItemId, string>>,
	missing: {
		person: "Nobody has answered this yet.",
		open: "Not measured.",
		detection:
			"Detection and countermeasures are organisational: somebody must be notified and must act. Cagewright contributes the commands cagewright watch, which reports attacks, and cagewright check (last run at {checkedAt}), whose exit status can be monitored. cagewright selftest --alarm measures which attacks are noticed.",
		unwatched:
			"Measured at {at}: of {filtered:count} escape techniques that the filter, Landlock or a missing capability refused, {raised:count} raised an alarm while the self-test listened. But no service reports alarms of this cage: cagewright watch --install starts one. Otherwise a person must state how an attack is noticed.",
		unproven:
			"The service cagewright-watch runs for this cage, but no self-test of this generation raised an alarm: cagewright selftest {name} --alarm measures it. Otherwise a person must state how an attack is noticed.",
		updates:
			"The files matched the host's at {at}, but the log has no update yet. One comparison does not show that the copies follow the host.",
		profile: "No AppArmor profile of the program was found. A person must decide whether it should have one.",
		profiles: "This machine uses neither AppArmor nor SELinux. A person must decide whether it should.",
		approval: "The approval by {who} was for generation {generation}, not for this one.",
	},
};

export type ChecklistMessages = Widen<typeof checklistEn>;

/** Remaining risks and possible measures. */
const risksEn = {
	intro: "Cagewright derived these risks from measurements and decisions. A person who approves the cage accepts them.",
	head: ["Severity", "Remaining risk", "Possible measure"],
	severities: { high: "high", medium: "medium", low: "low" } satisfies Record<ResidualRisk["severity"], string>,
	what: {
		escaped: "The self-test has {count:count} findings: an escape succeeded, or a layer was missing.",
		"audit-danger": "The audit found {count:count} dangers in the cage's files.",
		"never-tried": "No escape technique was tried.",
		"root-start":
			"The application starts as root, with few of root's rights. An attacker who exploits it before it changes its account controls a root process.",
		capabilities: "The application keeps some of root's rights: {names}.",
		"network-shared":
			"The application shares the host's network. It can reach every service that listens on the host, even on the loopback, and every address that the host can reach.",
		"unix-sockets": "The application may open unix sockets. Processes that it reaches this way can pass it open files.",
		netlink: "The application may read addresses and routes of its network via netlink.",
		uevents: "The application learns which devices come and go.",
		"packet-sockets":
			"The application reads every packet of its network and can forge packets, so it can impersonate other services.",
		multicast: "The application may send to multicast groups and receive their messages.",
		"own-process": "The application may write the files of its own processes in /proc, so it can rewrite its own code.",
		"kernel-proc": "The application sees the host's load, memory, disks and network counters.",
		sys: "The application sees the host's devices.",
		proc: "The application sees /proc of its own namespace, which reveals facts about the kernel.",
		"writable-code": "The application may execute memory that it wrote, so injected code can run without a file.",
		"executable-data":
			"The application may execute files that it wrote to {paths}. An attacker who can write there can run programs.",
		memfd:
			"The application may create files in memory. The filter prevents starting them, but they can be mapped as code, so injected code can run without a file on disk.",
		ports: "The application may bind any TCP port, so it can take the place of a service that does not run.",
		"abstract-sockets": "The application may use abstract unix sockets of other processes that share its network.",
		syslog: "The application may write to the host's log.",
		"bind-writable": "The application writes to host directories: {paths}.",
		"bind-read": "The application reads host directories: {paths}.",
		"shared-account": "Other processes also use the account {account}. Outside the cage they have the same file permissions.",
		"secret-inside": "The cage contains secrets, which an attacker in the application can read: {paths}.",
		"setuid-inside": "The cage contains setuid files, which have no effect there (no new privileges): {paths}.",
		"no-limits": "Memory, processes and open files are not limited, so the application can exhaust the machine.",
		weaker: "This machine does not support every layer. Missing: {layers}.",
		"partly-watched": "The trace did not include the start, so rarely needed files may be missing.",
		"silent-techniques":
			"{count:count} of {of:count} escape techniques that the filter, Landlock or a missing capability refuses raise no alarm, so an attempt would not be noticed: {names}.",
		minimised:
			"{files:count} {files|file was|files were} left out because {probes:count} {probes|probe|probes} and {exercises:count} {exercises|exercise|exercises} did not need {files|it|them}. Other functions may fail.",
		outdated: "The host has newer files than the cage.",
		kernel: "Cage and host share the kernel. A kernel flaw that permitted system calls can reach breaks every layer.",
		chroot:
			"The safeguard itself says that a chroot cage can be broken out of. The cage therefore has further layers, but none of them withstands every attack.",
	} satisfies Record<ResidualRisk["code"], string>,
	remedy: {
		escaped: "Run cagewright selftest and fix its findings before you start the cage.",
		"audit-danger": "Run cagewright check and fix its findings.",
		"never-tried": "Run cagewright selftest.",
		"root-start": "Start the application as its own account with --user, if it supports that.",
		capabilities: "Refuse unneeded capabilities with --refuse.",
		"network-shared": "Use --network none if it serves only a unix socket; otherwise use a packet filter.",
		"unix-sockets": "Use --refuse unix-sockets, if the application still answers.",
		netlink: "Use --refuse netlink, if the application still answers.",
		uevents: "Remove --allow uevents or use --refuse uevents, if the application still answers.",
		"packet-sockets":
			"Remove --allow packet-sockets or use --refuse packet-sockets, if the application still answers; otherwise give it a network of its own.",
		multicast: "Use --refuse multicast. Only the cage's systemd unit enforces it.",
		"own-process": "Use --refuse own-process, if the application still answers.",
		"kernel-proc": "Remove --allow kernel-proc or use --refuse kernel-proc, if the application still answers.",
		sys: "Remove --allow sys or use --refuse sys, if the application still answers.",
		proc: "Use --refuse proc, if the application still answers.",
		"writable-code": "Disable its just-in-time compiler, then use --refuse writable-code.",
		"executable-data": "Remove --allow executable-data, if the application still answers.",
		memfd: "Use --refuse memfd, if the application still answers.",
		ports: "Use --refuse ports, if the application still answers.",
		"abstract-sockets": "Use --refuse abstract-sockets, if the application still answers.",
		syslog: "Use --refuse syslog, and let the application write its own log file.",
		"bind-writable": "Copy the directories instead, or bind them read-only with :ro.",
		"bind-read": "Copy directories that seldom change, with --include.",
		"shared-account": "Give the cage its own account with --dedicated-account.",
		"secret-inside": "Use separate keys for this service, and replace them after an incident.",
		"setuid-inside": "Leave them out, if the application still answers.",
		"no-limits": "Set limits with options or in its unit.",
		weaker: "Run cagewright doctor, which explains how to add the layer.",
		"partly-watched": "Stop the service and rebuild the cage, so that the trace includes the start.",
		"silent-techniques": "None is needed for the confinement. Watch the application's own log as well.",
		minimised:
			"Minimise again with an exercise for every function (cagewright minimise --exercise), and watch it in production (cagewright trace --for).",
		outdated: "Run cagewright update.",
		kernel: "Update the kernel. If that is not enough, use a virtual machine.",
		chroot: "Monitor the cage with cagewright check and the application's logs.",
	} satisfies Record<ResidualRisk["code"], string>,
};

export type RiskMessages = Widen<typeof risksEn>;

/** The record of a cage. It states only what was measured and marks the rest as open. */
export const recordEn = {
	title: (name: string) => `Record of the cage ${name}`,
	intro: "Installation of an application in a chroot cage according to safeguard S 4.198 (SYS.1.3.A10). Written by Cagewright.",
	command: "Command",
	account: "Started as",
	directory: "Working directory",
	template: "Template",
	noTemplate: "none",
	unit: "systemd unit",
	when: "Made",
	who: "Made by (system account)",
	generation: "Generation",
	where: "Root directory of the cage",
	data: "Data of the application",
	seconds: (trace: number, plan: number, build: number, trial: number) =>
		`Tracing took ${trace} s, planning ${plan} s, building ${build} s, trials ${trial} s.`,
	trialHead: ["Round", "Time", "Generation", "Answered", "Added before", "Missing", "Duration"],
	yes: "yes",
	no: "no",
	probed: (ok: boolean) => (ok ? "passed" : "failed"),
	missingHead: ["Kind", "Object", "Call", "Error", "Left out intentionally"],
	deviceHead: ["Path", "Type and number", "Reason"],
	userHead: ["User", "uid", "gid", "Reason"],
	groupHead: ["Group", "gid", "Reason"],
	leftOut: (users: number, groups: number) =>
		`The cage omits ${users} entries of the host's /etc/passwd and ${groups} of its /etc/group. It contains no password hash and no login shell.`,
	accountsLeftOut: (names: string) => `The administrator left out these accounts, although the application uses them: ${names}.`,
	layers: (landlock: boolean) =>
		`Namespaces (mount, PID, IPC, UTS, cgroup), read-only root, private /dev and /tmp, no new privileges, ${landlock ? "Landlock, " : ""}seccomp.`,
	landlockLacks: (abi: number, abilities: readonly LandlockAbility[]) =>
		`This kernel's Landlock (ABI ${abi}) does not cover: ${abilities.map((one) => abilityNames[one]).join(", ")}.`,
	launcher: (name: string) => `Started by ${name}.`,
	refusedHead: ["Refused", "Use in the trace"],
	limitHead: ["Limit", "Value", "Enforced by"],
	limits: { memory: "memory", processes: "processes and threads", files: "open files per process" },
	limitsBy: { cgroup: "a cgroup, for the whole cage", rlimit: "a resource limit, for each process" },
	calls: (permitted: number, general: number) =>
		`The system call filter is made for this application: it permits ${permitted} calls, and the general filter ${general}. It permits what every program needs, what the application was observed to call, and related calls. Other calls are refused, and calls that no service needs end the process.`,
	callsAllowed: "Permitted although the trace did not show them",
	callsRefused: "Refused by the administrator",
	network: (network: string, trialAlone: boolean) =>
		network === "none"
			? "The cage has no network."
			: `The cage shares the host's network, including the loopback.${trialAlone ? " Only its trials used a separate network." : ""}`,
	audit: "Audit of the files on disk",
	auditClean: "No findings.",
	accepted: (findings: string) => `Accepted by name, and reported at each start: ${findings}.`,
	writableHead: ["Path", "Owner", "Mode", "On the host", "Reason"],
	logs: (command: string) => `These include logs. To rotate them on the host: ${command}`,
	shared: "Host directories mounted in the cage, read-only",
	sharedHead: ["Path", "Files", "Size", "Reason"],
	groupsHead: ["Group", "Entries", "Size", "Treatment"],
	declinedHead: ["Path", "Reason"],
	entriesCount: (files: number, links: number, directories: number, bytes: string) =>
		`${files} files, ${links} links, ${directories} directories, ${bytes}.`,
	/** The index that `record --all` writes. */
	index: {
		title: (host: string) => `Cages of ${host}`,
		head: ["Cage", "Generation", "Built", "Dangers", "Warnings", "Outdated", "Escapes", "Approved by"],
		yes: "yes",
		no: "no",
		open: "open",
	},
	parts: recordPartsEn,
	log: recordLogEn,
	checklist: checklistEn,
	risks: risksEn,
};

export type RecordMessages = Widen<typeof recordEn>;
