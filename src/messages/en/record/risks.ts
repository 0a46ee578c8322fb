import type { ResidualRisk } from "../../../core/record/risks.ts";
import type { Widen } from "../../widen.ts";

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
