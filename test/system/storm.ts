import { attemptsProgram, initInside, launchDirectory } from "../../src/confine/places.ts";
import { seccompFilters } from "../../src/confine/seccomp/compile-filter.ts";
import type { FilterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { type Architecture, type SyscallName, syscallNumber, syscalls } from "../../src/confine/seccomp/syscalls.ts";
import { severityOf } from "../../src/watch/denial.ts";
import { audit, run } from "../confine/filter-run.ts";
import { notableWords } from "../confine/notable-arguments.ts";
import { shuffled } from "./random.ts";

/** Random attacks in random disguises, as words of storm.c. */

/** A call that a cage's filter refuses and records. */
export interface RefusedCall {
	/** As an alarm names it. */
	readonly call: SyscallName | `${number}`;
	readonly number: number;
	readonly args: readonly bigint[];
	readonly severity: "medium" | "high";
	readonly result: "refused" | "killed";
}

const architecture = process.arch as Architecture;
/** An x32 call has the bit and the number of getpid. */
const foreign = 0x40000027;

/** Every call that the filter refuses and records for some arguments, with such arguments. */
export function refusedCalls(permissions: FilterPermissions, random: () => number): RefusedCall[] {
	const programs = seccompFilters(architecture, permissions).map(({ program }) => program);
	const answersTo = (number: number, args: readonly bigint[]) =>
		programs.map((program) => run(Buffer.from(program), audit[architecture], number, args));
	const refusedArguments = (number: number) => {
		for (let time = 0; time < 3000; time++) {
			const args = Array.from({ length: 6 }, () => (time === 0 ? 0n : pick(notableWords, random)));
			const [silent, recorded = "allow"] = answersTo(number, args);
			if (silent === "allow" && /^E/.test(recorded)) return args;
		}
		return undefined;
	};
	const refused = (Object.keys(syscalls) as SyscallName[]).flatMap((call): RefusedCall[] => {
		const number = syscallNumber(call, architecture);
		const args = number === undefined ? undefined : refusedArguments(number);
		if (number === undefined || !args) return [];
		return [{ call, number, args, severity: severityOf({ call, result: "refused" }), result: "refused" }];
	});
	if (architecture !== "x64") return refused;
	return [...refused, { call: `${foreign}`, number: foreign, args: [], severity: "high", result: "killed" }];
}

export function pick<T>(values: readonly T[], random: () => number): T {
	return values[Math.floor(random() * values.length)] as T;
}

/** A text of bytes as a word. */
export const hex = (text: string) => `x${Buffer.from(text, "latin1").toString("hex")}`;

/** Programs that have copies in a root directory of the intruder's own. */
export const imitated = (program: string) => [
	attemptsProgram,
	initInside,
	`${launchDirectory}/setpriv`,
	`${launchDirectory}/cagewright-confine`,
	"/usr/bin/redis-server",
	"/usr/bin/setpriv",
	"/usr/bin/node",
	program,
];

/** Paths of programs that look like something else in a record. */
export const oddNames = [
	"copy",
	'" exe="/usr/sbin/nginx" pid=1 uid=0 x="',
	"line\naudit: type=1326 audit(1.000:1): pid=1 uid=0 syscall=0",
	"tabs\tand \u001dSYSCALL=mount",
	"gone (deleted)",
	"7075",
	"\xff\xfe not text \x80",
	".launch/cagewright-selftest",
	"dist/main.js",
	"cagewright",
];

const processNames = [
	"cagewright-sel",
	"init",
	"setpriv",
	"",
	" ",
	'"',
	"\n",
	"a\nb: audit(1.0:",
	'x" pid=1 uid=0',
	"pid=1",
	'exe="/bin/sh"',
	"[1]: segfault ",
	"\xff\x80\u0001",
	"6E6F6465",
	"(deleted)",
	"storm",
];

interface Draw {
	readonly random: () => number;
	/** The application's program and its writable folder, as the cage sees them. */
	readonly program: string;
	readonly folder: string;
	/** Creates a copy of the program in that folder. */
	copy(path: string): void;
	/** Those of the other cages. */
	readonly accounts: readonly number[];
	readonly harmless: readonly RefusedCall[];
	readonly most: number;
	/** Returns the words of a flood, and remembers its slot. */
	flood(how: "call" | "flood", call: RefusedCall, times: number): string[];
}

/** The order of a disguise's words among those of others; the attack is at 10. */
type Order = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 11;
type Disguise = readonly [name: string, order: Order, words: (draw: Draw) => readonly string[]];

const unused = ({ random }: Draw) => String(100_000 + Math.floor(random() * 1_000_000_000));
const milliseconds = ({ random }: Draw, most: number) => String(20 + Math.floor(random() * most));
let copies = 0;

export const disguises: readonly Disguise[] = [
	["an orphan", 1, () => ["orphan"]],
	["an orphan of an orphan", 1, () => ["orphan", "orphan", "wait", "5"]],
	["a child whose parent waits", 1, () => ["child"]],
	["a session of its own", 1, () => ["session"]],
	["a program with an odd path", 2, ({ folder, random }) => ["exec", hex(`${folder}/${pick(oddNames, random)}`)]],
	[
		"a program that is gone",
		2,
		({ copy, folder }) => {
			const path = `${folder}/once-${copies++}`;
			copy(path);
			return ["exec", hex(path), "unlink", hex(path)];
		},
	],
	["an empty root", 3, ({ folder }) => ["root", hex(`${folder}/empty`)]],
	[
		"a program of the launch or of another cage in a root of its own",
		4,
		({ folder, program, random }) => ["root", hex(`${folder}/root`), "exec", hex(pick(imitated(program), random))],
	],
	["an unused group", 5, (draw) => ["group", unused(draw)]],
	["an unused account", 6, (draw) => ["user", unused(draw)]],
	["the account of another cage", 6, ({ accounts, random }) => ["user", String(pick(accounts, random))]],
	["another name", 7, ({ random }) => ["name", hex(pick(processNames, random))]],
	["a thread without its leader", 8, () => ["thread"]],
	["a process that was stopped", 8, (draw) => ["stop", milliseconds(draw, 300)]],
	["no descriptors", 8, () => ["close"]],
	["after a flood", 9, (draw) => draw.flood("call", pick(draw.harmless, draw.random), Math.ceil(draw.random() * draw.most))],
	["within a flood", 9, (draw) => draw.flood("flood", pick(draw.harmless, draw.random), Math.ceil(draw.random() * draw.most))],
	["before a flood", 11, (draw) => draw.flood("call", pick(draw.harmless, draw.random), Math.ceil(draw.random() * draw.most))],
	["it lives on", 11, (draw) => ["wait", milliseconds(draw, 1500)]],
	["it stops afterwards", 11, (draw) => ["stop", milliseconds(draw, 1000)]],
];

/** Two of these would make one of them a lie. */
const alternatives = [
	["an orphan", "an orphan of an orphan", "a child whose parent waits"],
	["a program with an odd path", "a program that is gone"],
	["an empty root", "a program of the launch or of another cage in a root of its own"],
	["an unused account", "the account of another cage"],
];

/** Returns disguises for the attack with this number, in their order: one in turn, and a quarter of the others. */
export function chooseDisguises(index: number, random: () => number): Disguise[] {
	const chosen = disguises.slice(index % disguises.length).slice(0, 1);
	for (const one of shuffled(disguises, random)) {
		const isExcluded = alternatives.some((names) => names.includes(one[0]) && chosen.some(([name]) => names.includes(name)));
		if (random() < 0.25 && !isExcluded && !chosen.includes(one)) chosen.push(one);
	}
	return chosen.sort(([, a], [, b]) => a - b);
}

/** The words that surround an attack's own. */
export function disguisedWords(chosen: readonly Disguise[], attack: readonly string[], draw: Draw): string[] {
	const wordsOf = (isBefore: boolean) =>
		chosen.filter(([, order]) => order < 10 === isBefore).flatMap(([, , words]) => words(draw));
	return [...wordsOf(true), ...attack, ...wordsOf(false)];
}

/** The words of one call. */
export function callWords(
	how: "call" | "flood" | "killed",
	slot: number,
	{ args, number }: RefusedCall,
	times: number,
): string[] {
	const six = Array.from({ length: 6 }, (_, index) => String(args[index] ?? 0n));
	return [how, String(slot), String(number), ...six, String(times)];
}

/** Words of a process outside that refuses calls to itself, and looks like a process of a cage. */
export function forgeryWords({
	accounts,
	calls,
	data,
	pids,
	random,
	slot,
}: {
	readonly random: () => number;
	readonly calls: readonly RefusedCall[];
	readonly slot: number;
	/** Numbers that processes of a cage have, or had. */
	readonly pids: readonly number[];
	/** The host's path of the intruder's folder. */
	readonly data: string;
	readonly accounts: readonly number[];
}): string[] {
	const call = pick(
		calls.filter(({ result }) => result === "refused"),
		random,
	);
	const maybe = (share: number, words: readonly string[]) => (random() < share ? words : []);
	return [
		...maybe(pids.length ? 0.5 : 0, ["become", String(pick(pids.slice(-20), random))]),
		...maybe(0.3, ["unshare", String(namespaces), "child"]),
		...maybe(0.3, ["root", hex(pick([`${data}/root`, data, "/usr"], random))]),
		...maybe(0.3, ["login", String(pick([0, ...accounts, 4_000_000_000], random))]),
		...maybe(0.8, ["user", String(pick([...accounts, 4242], random))]),
		...maybe(0.5, ["name", hex(pick(processNames, random))]),
		...maybe(0.3, ["thread"]),
		"refuse",
		String(call.number),
		...callWords("call", slot, call, 1 + Math.floor(20 * random())),
	];
}

/** clone(2): CLONE_NEWPID and CLONE_NEWNS. */
const namespaces = 0x20020000;

/** Calls that a process made, and when, in milliseconds since 1970. */
export interface MadeCall {
	readonly call: RefusedCall;
	readonly calls: number;
	readonly error: number;
	readonly words: string;
	readonly start: number;
	readonly end: number;
}

/** An alarm, and when its line was there. */
export interface Raised {
	readonly cage: string;
	readonly call: string;
	readonly result: string;
	readonly count: number;
	readonly pid: number;
	readonly time: string;
	readonly arrived: number;
}

/** The watch counts alarms with this in common for ten seconds. */
const kindOf = ({ call, result }: Pick<Raised, "call" | "result">) => `${/^\d/.test(call) ? "unnamed" : call} ${result}`;
const period = 10_000;
/** Milliseconds between a call and the time of its record. */
const precision = 1000;

/** Compares alarms with calls: at the time of each alarm, all calls until then are counted, and no others. */
export function problemsOf(made: readonly MadeCall[], raised: readonly Raised[]): string[] {
	const kinds = new Set([...made.map(({ call }) => kindOf(call)), ...raised.map(kindOf)]);
	return [...kinds].flatMap((kind) => {
		const calls = made.filter(({ call }) => kindOf(call) === kind);
		const count = (ones: readonly MadeCall[]) => ones.reduce((all, one) => all + one.calls, 0);
		let counted = 0;
		const problems = raised
			.filter((alarm) => kindOf(alarm) === kind)
			.flatMap((alarm) => {
				counted += alarm.count;
				const time = Date.parse(alarm.time);
				const least = count(calls.filter(({ end }) => end < time - precision));
				const most = count(calls.filter(({ start }) => start < time + precision));
				return counted < least || counted > most
					? [`${kind}: ${counted} in alarms at ${alarm.time}, ${least} to ${most} made`]
					: [];
			});
		const all = count(calls);
		return counted === all ? problems : [...problems, `${kind}: ${counted} in alarms, ${all} made`];
	});
}

/** Alarms that the watch printed when they came, and did not only count at first. */
export function raisedAtOnce(raised: readonly Raised[]): Raised[] {
	const until = new Map<string, number>();
	return raised.filter((alarm) => {
		const kind = kindOf(alarm);
		const isCounted = Date.parse(alarm.time) < (until.get(kind) ?? 0);
		until.set(kind, alarm.arrived + period);
		return !isCounted;
	});
}
