import type { Widen } from "../widen.ts";
import { checklistEn } from "./record/checklist.ts";
import { recordLogEn } from "./record/log.ts";
import { recordPartsEn } from "./record/parts.ts";
import { risksEn } from "./record/risks.ts";

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
