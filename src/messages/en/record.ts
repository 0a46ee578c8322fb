import type { ItemId, ItemState } from "../../core/record/checklist.ts";
import type { ResidualRisk } from "../../core/record/risks.ts";
import type { Verification } from "../../core/record/verification.ts";
import type { Widen } from "../widen.ts";
import { recordPartsEn } from "./record-parts.ts";

type Verdict = (file: string, name: string, at: string, generation: number) => string;

const verdicts: Readonly<Record<Verification["verdict"], Verdict>> = {
	"as-written": (file, name, at, generation) =>
		`${file} is a record of ${name} as it was written at ${at}, of generation ${generation}.`,
	changed: (file, name, at) => `${file} was changed: the log of ${name} knows it with another content, written at ${at}.`,
	unlogged: (file, name) =>
		`${file} is what the checksum beside it says, but the log of ${name} knows nothing of it; whoever changed the one could have changed the other.`,
	unknown: (file, name) =>
		`Nothing speaks for ${file}: the log of ${name} does not know it. Write records with --checksum to have that.`,
};

/** What `record` says beside the record itself, English. */
export const recordVerbEn = {
	written: (name: string, path: string) => `The record of ${name} is in ${path}.`,
	checksum: (path: string) => `Its checksum is in ${path}, and in the log of the cage.`,
	askInitiatedBy: "Who initiated this (for the record; Enter leaves it open)?",
	askImplementedBy: "Who implemented it?",
	verdicts,
	sums: (then: string, now: string) => `SHA-256 then: ${then}\nSHA-256 now:  ${now}`,
	besideDiffers: (path: string) => `${path} says something else of it.`,
	current: "The files of the cage are still the same.",
	notCurrent: (name: string) => `The cage has other files since; cagewright record ${name} writes its record as it is now.`,
};

export type RecordVerbMessages = Widen<typeof recordVerbEn>;

/** What lines of the log say, by the names that they have there; English. */
export const recordLogEn = {
	actions: {
		made: "made",
		rebuilt: "made anew",
		updated: "updated",
		built: "built",
		traced: "watched",
		tried: "tried",
		"trial-failed": "trial failed",
		"update-refused": "update refused",
		"update-undone": "update undone",
		minimised: "made smaller",
		"minimise-refused": "smaller one refused",
		watched: "watched in production",
		"rolled-back": "rolled back",
		"switch-finished": "interrupted switch finished",
		alarm: "alarm",
		frozen: "processes frozen after an alarm",
		stopped: "stopped after an alarm",
		"finding-accepted": "finding accepted",
		recorded: "record written",
		approved: "approved",
		"responsible-named": "responsibilities named",
		adopted: "service moved in",
		"adoption-undone": "moving in undone",
		released: "service moved out",
		"release-undone": "moving out undone",
		repaired: "put right after an interruption",
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
		at: "at",
		service: "service",
		interrupted: "seconds interrupted",
		places: "directories",
		action: "what",
		path: "path",
		problem: "because",
		file: "file",
		sha256: "SHA-256",
		fingerprint: "fingerprint of the files",
		data: "with data",
		seconds: "seconds",
		failures: "failed calls",
		exportedAt: "exported",
	},
};

export type RecordLogMessages = Widen<typeof recordLogEn>;

/** What stands beside each sentence of the safeguard, and what an auditor would ask beyond them; English. */
export const checklistEn = {
	intro:
		"Each sentence of safeguard S 4.198, of requirement SYS.1.3.A10 which took its place, and the evidence for it in this record. The copy of the safeguard that this follows breaks off after “it must be documented” and has no review questions; the questions at the end are what an auditor would ask there, in words of our own.",
	head: ["No.", "Sentence", "State", "Evidence", "Where"],
	sources: { s: "Safeguard S 4.198", r: "Requirement SYS.1.3.A10", q: "What an auditor would ask beyond that" },
	states: {
		shown: "shown",
		failed: "not met",
		open: "open",
		person: "open (person)",
		explains: "explains",
	} satisfies Record<ItemState, string>,
	count: "{shown:count} of {of:count} shown, {failed:count} not met, {open:count} open, {person:count} for a person to say.",
	translation: "In our translation; the safeguard lies before us in English.",
	questions: {
		q1: "Is it documented of each file where it came from, in which version, and why it is there?",
		q2: "Is it documented in what the configuration in the cage differs from the host's or the package's?",
		q3: "Is it documented who may write where, and which directories of the host are within reach?",
		q4: "Was the application tried in the cage with real requests, and are the results kept?",
		q5: "Were the known ways out of the cage tried, from inside?",
		q6: "Is it seen to that the copies in the cage follow the updates of the host?",
		q7: "Are keys, passwords and other secrets kept out of the cage where it can do without them?",
		q8: "What is the cage for?",
		q9: "Who approved it and took on what risk remains?",
		q10: "Can it be told what was changed since, and when?",
	} as Record<Extract<ItemId, `q${number}`>, string>,
	/** Where it is shown, and where it is not met: `failed` says how. */
	evidence: {
		s1: "Initiated by {who}.",
		s2: "Implemented by {who}.",
		s3: "The cage {name} stands, in generation {generation}, at {root}.",
		s4: "Measured at {at}: the root directory of the running application was the cage, told by device and inode.",
		s5: "Measured of the application's main process; {programs:count} {programs|program|programs} of the cage {programs|was|were} seen being started, and what they start inherits the root.",
		s6: "The cage was also the root of its mount namespace: {root}.",
		s7: "{tried:count} ways out were tried from inside: {escaped:count} led out, {open:count} {open|is|are} open by design.",
		s8: "It runs under the account {account}. {shares:count} {shares|thing is|things are} shared with other services; each stands in the notes of the planning or among what the latest check found.",
		s9: "Started by {launcher}: cagewright run {name}. Beyond chroot it gets namespaces, a filter for system calls and fewer rights.",
		s10: "The same attempts stand for an attacker's code: {tried:count} tried with the rights of the application, {escaped:count} led out, {open:count} {open|is|are} open by design.",
		s11: "That is so of chroot alone. What this cage has beyond it was tried: {tried:count} ways, {escaped:count} led out, {open:count} {open|is|are} open by design.",
		s12: "Nothing in this cage relies on being unnoticed.",
		s13: "How long it delays an attack was not measured; nothing in this cage relies on it.",
		s14: "Detection and countermeasures are a matter of organisation: who is told, and who acts. What the tool contributes is cagewright check (last done at {at}) with its exit status for monitoring.",
		s15: "{files:count} files; in the last trial {passed:count} {passed|probe|probes} with real requests passed without any other.",
		s16: "From watching the application, from reading its programs and libraries, and from the trials; documentation was not evaluated by a machine. Entries without a reason: {unexplained:count} of {entries:count}.",
		s17: "There: {there}. Not needed: {absent}.",
		s18: "{rounds:count} {rounds|round|rounds} of trials; {seconds} s in planning, building and testing by the tool. The time of people is not in it.",
		s19: "The sentence breaks off here. All {entries:count} entries are documented below, with the configuration and the history.",
		s20: "{devices:count} device {devices|file|files}; /etc/passwd with {users:count} and /etc/group with {groups:count} entries, written anew.",
		s21: "Kept: {users}. Left out: {usersLeftOut:count} users and {groupsLeftOut:count} groups of the host.",
		s22: "Why each of them was kept stands beside it: {users:count} {users|user|users}, {groups:count} {groups|group|groups}.",
		r1: "Measured on the running application: {layers}, no new privileges. A profile of AppArmor or SELinux is not among them.",
		r2: "The cage {name} is a chroot environment, with namespaces as containers have them.",
		r3: "AppArmor or SELinux is in use on this machine. Profile for the program: {profile}.",
		q1: "{files:count} {files|file|files} with origin, package, version, SHA-256 and reason; entries without a reason: {unexplained:count}.",
		q2: "{files:count} configuration {files|file|files}; {changed:count} {changed|is|are} not as a package ships {changed|it|them}.",
		q3: "{writable:count} writable {writable|directory|directories}, {binds:count} {binds|directory|directories} of the host.",
		q4: "{passed:count} of {of:count} probes passed in the last trial, at {at}.",
		q5: "{tried:count} tried at {at}: {escaped:count} led out, {open:count} {open|is|are} open by design.",
		q6: "Compared with the host at {at}; what was found stands under updates.",
		q7: "Secrets in the cage: {secrets:count}. Left out on purpose: {declined:count}.",
		q8: "{purpose}",
		q9: "Approved by {who}, for generation {generation}.",
		q10: "{lines:count} {lines|line|lines} of a log to which is only added.",
	} as Record<ItemId, string>,
	missing: {
		person: "Nobody has said so yet.",
		open: "Nothing was measured.",
		profiles: "Neither AppArmor nor SELinux is in use on this machine. Whether one of them should be is for a person to say.",
		approval: "The approval by {who} was for generation {generation}, which is not this one.",
	},
};

export type ChecklistMessages = Widen<typeof checklistEn>;

/** What remains, and what can be done about it; English. */
export const risksEn = {
	intro: "Derived from what was measured and decided. A person who approves the cage takes these on.",
	head: ["Weight", "What remains", "What can be done"],
	severities: { high: "high", medium: "medium", low: "low" } satisfies Record<ResidualRisk["severity"], string>,
	what: {
		escaped: "{count:count} findings of the self-test speak against the cage: a way led out, or a layer was missing.",
		"audit-danger": "{count:count} dangers were found in the files of the cage.",
		"never-tried": "The ways out were not tried.",
		"root-start":
			"The application starts as root. What it keeps of root's rights is little, but a flaw before it changes its account is a flaw in root.",
		capabilities: "It keeps parts of root's rights: {names}.",
		"network-shared":
			"It shares the host's network: every service that listens there, on the loopback too, can be reached from the cage, and every address that the host reaches.",
		"unix-sockets": "It may open unix sockets: whoever it can talk to by one can hand it open files.",
		netlink: "It may ask the kernel by netlink for the addresses and routes of its network.",
		multicast: "It may send to groups of machines, and hear what is sent to them.",
		"kernel-proc": "It sees how busy the host is: load, memory, disks and network counters.",
		sys: "It sees the devices of the host.",
		proc: "It sees /proc of its own namespace, and with it facts about the kernel.",
		"writable-code": "It may execute memory that it wrote: code that was smuggled in can run without a file.",
		"executable-data": "It may execute what it wrote to {paths}: an attacker who can write a file there can run it.",
		memfd:
			"It may make files in memory. The filter lets none be started, but one can be mapped as code: what is smuggled in can run without a file.",
		syslog: "It may write to the host's log.",
		"bind-writable": "It writes to directories of the host: {paths}.",
		"bind-read": "It reads directories of the host as they are: {paths}.",
		"shared-account":
			"The account {account} is that of other processes as well: outside of the cage they have the same rights to files.",
		"secret-inside": "Secrets are in the cage, and whoever takes over the application has them: {paths}.",
		"setuid-inside": "Setuid files are in the cage (they gain nothing there: no new privileges): {paths}.",
		"no-limits": "No limit of memory, processes or open files was set: it may use up the machine.",
		weaker: "This machine could not give every layer; missing: {layers}.",
		"partly-watched": "It was not watched from its start, so something that it needs seldom may be missing.",
		minimised:
			"{files:count} {files|file was|files were} left out on the proof of {probes:count} {probes|probe|probes} and {exercises:count} {exercises|exercise|exercises}: what those do not reach may fail.",
		outdated: "The host has newer files than the cage.",
		kernel: "The kernel is shared. A flaw in it, within reach of the system calls that are open, leads out of every layer.",
		chroot:
			"A chroot cage can be broken out of, as the safeguard says itself. That is why there are layers beyond it; none of them is proof against all.",
	} satisfies Record<ResidualRisk["code"], string>,
	remedy: {
		escaped: "See cagewright selftest; do not run it before that is closed.",
		"audit-danger": "See cagewright check.",
		"never-tried": "Install perl and run cagewright selftest.",
		"root-start": "Start it as its account, with --user, where it can do so.",
		capabilities: "Close what it can do without, with --refuse.",
		"network-shared": "--network none where it serves by a unix socket alone; else a packet filter.",
		"unix-sockets": "--refuse unix-sockets, and see whether it still answers.",
		netlink: "--refuse netlink, and see whether it still answers.",
		multicast: "--refuse multicast, which holds in its unit alone.",
		"kernel-proc": "Leave out --allow kernel-proc or add --refuse kernel-proc, and see whether it still answers.",
		sys: "Leave out --allow sys or add --refuse sys, and see whether it still answers.",
		proc: "--refuse proc, and see whether it still answers.",
		"writable-code": "Turn off its just-in-time compiler, then --refuse writable-code.",
		"executable-data": "Leave out --allow executable-data, and see whether it still answers.",
		memfd: "--refuse memfd, and see whether it still answers.",
		syslog: "--refuse syslog, and let it write a log of its own.",
		"bind-writable": "Copy instead, or mount read-only with :ro.",
		"bind-read": "Copy what seldom changes, with --include.",
		"shared-account": "An account of its own.",
		"secret-inside": "Own keys for this service alone; replace them after an incident.",
		"setuid-inside": "Leave them out, if it answers without.",
		"no-limits": "Limits of memory, processes and files, by an option or in its unit.",
		weaker: "See cagewright doctor.",
		"partly-watched": "Make it again from a stopped service.",
		minimised:
			"Minimise with an exercise for whatever else it has to do: cagewright minimise --exercise; watch it in production with cagewright trace --for.",
		outdated: "Run cagewright update.",
		kernel: "Updates of the kernel; a virtual machine where that is not enough.",
		chroot: "Watch it: cagewright check in the monitoring, and its logs.",
	} satisfies Record<ResidualRisk["code"], string>,
};

export type RiskMessages = Widen<typeof risksEn>;

/** The record of a cage, English. It says what was measured and leaves open what was not. */
export const recordEn = {
	title: (name: string) => `Record of the cage ${name}`,
	intro: "Installation of an application in a chroot cage after safeguard S 4.198 (SYS.1.3.A10). Written by Cagewright.",
	command: "Command",
	account: "Started as",
	directory: "Working directory",
	template: "Template",
	noTemplate: "none",
	unit: "systemd unit",
	when: "Made",
	who: "Made by (account of the system)",
	generation: "Generation",
	where: "Root directory of the cage",
	data: "Data of the application",
	seconds: (trace: number, plan: number, build: number, trial: number) =>
		`Traced for ${trace} s, planned in ${plan} s, built in ${build} s, tried for ${trial} s.`,
	trialHead: ["Round", "At", "Generation", "Answered", "Added before", "Missing", "Took"],
	yes: "yes",
	no: "no",
	probed: (ok: boolean) => (ok ? "passed" : "failed"),
	missingHead: ["Kind", "What", "Call", "Error", "Left out on purpose"],
	deviceHead: ["Path", "Type and number", "Why"],
	userHead: ["User", "uid", "gid", "Why"],
	groupHead: ["Group", "gid", "Why"],
	leftOut: (users: number, groups: number) =>
		`${users} entries of the host's /etc/passwd and ${groups} of its /etc/group are left out. No password hash and no login shell is in the cage.`,
	accountsLeftOut: (names: string) => `Left out by the administrator although a need was seen: ${names}.`,
	layers: (landlock: boolean) =>
		`Namespaces (mount, PID, IPC, UTS, cgroup), read-only root, private /dev and /tmp, no new privileges, ${landlock ? "Landlock, " : ""}seccomp.`,
	launcher: (name: string) => `Started by ${name}.`,
	refusedHead: ["Kept closed", "Although it was used"],
	limitHead: ["Limit", "Value", "Held by"],
	limits: { memory: "memory", processes: "processes and threads", files: "open files of each process" },
	limitsBy: { cgroup: "a control group, for the whole cage", rlimit: "a resource limit, for each process" },
	network: (network: string, trialAlone: boolean) =>
		network === "none"
			? "The cage has no network."
			: `The cage shares the host's network, loopback included.${trialAlone ? " In its trials alone it had one of its own." : ""}`,
	audit: "Audit of the files on disk",
	auditClean: "Nothing was found.",
	accepted: (findings: string) => `Accepted by name, and said again at each launch: ${findings}.`,
	writableHead: ["Path", "Owner", "Mode", "On the host", "Why"],
	logs: (command: string) => `Logs are among them; for their rotation on the host: ${command}`,
	shared: "Directories of the host that are seen in the cage, read-only",
	sharedHead: ["Path", "Files", "Size", "Why"],
	groupsHead: ["Group", "Entries", "Size", "What was done"],
	declinedHead: ["Path", "Why"],
	entriesCount: (files: number, links: number, directories: number, bytes: string) =>
		`${files} files, ${links} links, ${directories} directories, ${bytes}.`,
	parts: recordPartsEn,
	log: recordLogEn,
	checklist: checklistEn,
	risks: risksEn,
};

export type RecordMessages = Widen<typeof recordEn>;
