import { type Program, pointer, words } from "../../machine-code/program.ts";
import { capabilities as allCapabilities, type Capability } from "../capabilities.ts";

/** What a program of a launch changes itself to. */
export interface ProgramAccount {
	readonly uid: number;
	readonly gid: number;
	/** Supplementary groups. */
	readonly groups: readonly number[];
	/**
	 * All that the next program and its children can have: for uid 0 the bounding set, for another account the ambient set too.
	 * Absent: they stay as they are, to see whether a test notices.
	 */
	readonly capabilities?: readonly Capability[];
}

/** Jumps to the failure of this step. */
type Unless<Step extends string> = (condition: "negative" | "notEqual", step: Step) => void;

const prctl = (p: Program, option: number, value = 0, argument = 0) => p.call("prctl", option, value, argument, 0, 0);
const option = { keepCapabilities: 8, dropBounding: 24, ambient: 47 };
const ambient = { raise: 2, clear: 4 };

/** Capability sets have 64 bits (capabilities(7)). */
const mostCapabilities = 64;

/** _LINUX_CAPABILITY_VERSION_3, this process. */
const header = words(0x20080522, 0);

/** Removes the other capabilities from the bounding set. */
export function limitBounding(p: Program, kept: readonly Capability[], unless: Unless<"capabilities">): void {
	for (let number = 0; number < mostCapabilities; number++) {
		const name = allCapabilities[number];
		if (name !== undefined && kept.includes(name)) continue;
		prctl(p, option.dropBounding, number);
		p.compare("answer", -22); // EINVAL: a number that this kernel does not know
		p.jump("equal", `dropped-${number}`);
		unless("notEqual", "capabilities");
		p.label(`dropped-${number}`);
	}
}

/** Leaves nothing that an account would get from its parent. */
export function clearInherited(p: Program, unless: Unless<"capabilities">): void {
	prctl(p, option.ambient, ambient.clear);
	unless("notEqual", "capabilities");
	p.constants({ capHeader: header });
	p.call("capget", "capHeader", pointer("stack", -32)); // two times effective, permitted, inheritable
	unless("notEqual", "capabilities");
	for (const inheritable of [-24, -12]) p.store("stack", inheritable, 4, 0);
	p.call("capset", "capHeader", pointer("stack", -32));
	unless("notEqual", "capabilities");
}

/**
 * Changes to the account by its numbers. setpriv(1) would ask nscd for its name through a socket that the filter refuses, and would
 * need a loader and libraries in the cage. In C:
 *
 *     setgroups(count, groups); for (each capability that is not kept) prctl(PR_CAPBSET_DROP, capability);
 *     setresgid(gid, gid, gid);
 *     if (uid != 0) prctl(PR_SET_KEEPCAPS, 1);
 *     setresuid(uid, uid, uid); prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
 *     if (uid == 0) { capget(&sets); sets.inheritable = none; capset(sets); }
 *     else { capset(kept); for (each kept capability) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability); }
 */
export function becomeAccount(p: Program, account: ProgramAccount, unless: Unless<"account" | "capabilities">): void {
	const { capabilities, groups } = account;
	const [uid, gid] = [account.uid | 0, account.gid | 0];
	if (groups.length) p.constants({ groups: words(...groups) });
	p.call("setgroups", groups.length, groups.length ? "groups" : 0);
	unless("notEqual", "account");
	if (capabilities) limitBounding(p, capabilities, unless);
	p.call("setresgid", gid, gid, gid);
	unless("notEqual", "account");
	if (capabilities && uid !== 0) {
		prctl(p, option.keepCapabilities, 1);
		unless("notEqual", "capabilities");
	}
	p.call("setresuid", uid, uid, uid);
	unless("notEqual", "account");
	if (!capabilities) return;
	if (uid === 0) {
		clearInherited(p, unless);
		return;
	}
	prctl(p, option.ambient, ambient.clear);
	unless("notEqual", "capabilities");
	const numbers = capabilities.map((name) => allCapabilities.indexOf(name));
	const [low, high] = [0, 32].map((first) =>
		numbers.reduce((mask, number) => (number >> 5 === first >> 5 ? mask | (1 << (number & 31)) : mask), 0),
	) as [number, number];
	p.constants({ capHeader: header, kept: words(low, low, low, high, high, high) });
	p.call("capset", "capHeader", "kept");
	unless("notEqual", "capabilities");
	for (const number of numbers) {
		prctl(p, option.ambient, ambient.raise, number);
		unless("notEqual", "capabilities");
	}
}
