import type { CheckId } from "../../core/selftest/outside.ts";
import type { Stop } from "../../core/selftest/way.ts";
import type { Widen } from "../widen.ts";

/** What to do about what the self-test found; English. */
export const selftestClosingEn = {
	/** By the layer that should have stopped the way. */
	stops: {
		root: "make the cage again (cagewright make) and test again; if it stays, it is a fault of ours, please report it",
		capabilities: "see which capabilities the plan keeps and refuse this one: --refuse capability:NAME",
		seccomp: "see with cagewright doctor whether this kernel filters system calls",
		landlock: "see with cagewright doctor whether this kernel has Landlock and the launcher can use it",
		"read-only": "take the folder out of --writable and --bind PATH:rw if it need not be written",
		nosuid: "see with cagewright doctor what the launcher of this machine lacks",
		nodev: "see with cagewright doctor what the launcher of this machine lacks",
		noexec: "keep programs out of folders that the application writes; see cagewright doctor",
		pid: "see with cagewright doctor whether this machine gives process namespaces",
		ipc: "see with cagewright doctor whether this machine gives IPC namespaces",
		net: "give it a network of its own if it needs none: --network none",
		"no-proc": "close /proc if the application lives without it: --refuse proc",
		"own-dev": "take device nodes out that it need not have",
		"no-new-privs": "see with cagewright doctor what the launcher of this machine lacks",
		account: "give the cage an account of its own: --dedicated-account NAME",
		init: "make the cage again (cagewright make) and test again",
		session: "start it by cagewright run or by its unit, not by hand",
		environment: "start it by cagewright run or by its unit, not by hand",
	} satisfies Record<Stop, string>,
	/** By the check from outside: what it means that it failed, and what to do. */
	checks: {
		inside: ["It runs outside its cage.", "Stop it, make the cage again and test again."],
		root: ["Above the cage there is still the host's tree.", "See with cagewright doctor what the launcher lacks."],
		capabilities: ["It can do more than it needs.", "Refuse what it need not keep: --refuse capability:NAME."],
		"no-new-privs": ["A setuid program would give it more rights.", "See with cagewright doctor what the launcher lacks."],
		seccomp: ["Every system call of the kernel is open to it.", "See with cagewright doctor whether this kernel filters calls."],
		namespaces: ["It shares this with the host.", "See with cagewright doctor which namespaces this machine gives."],
		descriptors: ["It has a file or socket of whoever started it.", "Start it by cagewright run or by its unit."],
		ro: ["It could change what it runs.", "Make the cage again and test again; see cagewright doctor."],
		nosuid: ["A setuid file there would give rights.", "See with cagewright doctor what the launcher lacks."],
		nodev: ["A device node there would work.", "See with cagewright doctor what the launcher lacks."],
		noexec: ["It could run what it writes.", "See with cagewright doctor what the launcher lacks."],
		mounts: ["It sees something of the host that nobody asked for.", "Make the cage again and test again."],
		session: ["It could type into a terminal of the host.", "Start it by cagewright run or by its unit."],
		environment: ["Values of the host, perhaps secrets, are in its environment.", "Start it by cagewright run or by its unit."],
		account: [
			"Others outside run under its account: between them stands the process namespace alone.",
			"Give the cage an account of its own: --dedicated-account NAME.",
		],
	} satisfies Record<CheckId, readonly [means: string, close: string]>,
};

export type SelftestClosing = Widen<typeof selftestClosingEn>;
