import { append } from "../../base/collections.ts";
import type { Test } from "./bpf.ts";
import { type Answer, conditionalRules, errors, outrightDenials, permittedNames, type Rule } from "./filter.ts";
import type { FilterPermissions } from "./filter-permissions.ts";
import { type Architecture, type SyscallName, syscallNumber } from "./syscalls.ts";

/**
 * The system call filter as a seccomp profile for container engines (config.md of the OCI runtime specification), which libseccomp
 * makes a program of. It answers each call like ours.
 *
 * libseccomp compares whole arguments, of which the kernel reads a part, and has no comparison for "any of these bits" or "not this
 * value" of a part. If several rules for a call match, the result is undefined. Therefore each call's arguments are split into
 * patterns of bits that do not overlap, argument by argument.
 */
export interface SeccompProfile {
	readonly defaultAction: "SCMP_ACT_ERRNO";
	readonly defaultErrnoRet: number;
	readonly architectures: readonly string[];
	readonly syscalls: readonly ProfileRule[];
}

interface ProfileRule {
	readonly names: readonly SyscallName[];
	readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO" | "SCMP_ACT_KILL_PROCESS";
	readonly errnoRet?: number;
	/** All must be true. */
	readonly args?: readonly Comparison[];
}

/** For SCMP_CMP_MASKED_EQ, `value` is the mask. */
interface Comparison {
	readonly index: number;
	readonly value: number;
	readonly valueTwo?: number;
	readonly op: "SCMP_CMP_MASKED_EQ" | "SCMP_CMP_EQ" | "SCMP_CMP_NE";
}

type Decision = Answer | "allow" | "kill";

const architectureNames: Readonly<Record<Architecture, string>> = { x64: "SCMP_ARCH_X86_64", arm64: "SCMP_ARCH_AARCH64" };

export function seccompProfile(architecture: Architecture, permissions: FilterPermissions): SeccompProfile {
	const has = (name: SyscallName) => syscallNumber(name, architecture) !== undefined;
	const rules = conditionalRules(permissions).filter(({ call }) => has(call));
	const conditional = new Set(rules.map(({ call }) => call));
	const denials = outrightDenials(permissions).filter(({ call }) => has(call));
	const permitted = permittedNames(permissions).filter((call) => has(call) && !conditional.has(call));
	const byArguments = new Map<string, SyscallName[]>();
	for (const call of conditional)
		append(byArguments, JSON.stringify(decisionsFor(rules.filter((rule) => rule.call === call))), call);
	const byAnswer = new Map<Decision, SyscallName[]>();
	for (const { answer, call } of denials) append(byAnswer, answer, call);
	return {
		// Calls that are newer than our table or libseccomp's. libc then does without them, as on an older kernel.
		defaultAction: "SCMP_ACT_ERRNO",
		defaultErrnoRet: errors.ENOSYS,
		// Calls of other architectures, which libseccomp kills.
		architectures: [architectureNames[architecture]],
		syscalls: [
			profileRule(permitted, "allow"),
			...[...byArguments].flatMap(([json, names]) =>
				(JSON.parse(json) as FlatDecision[]).map(({ args, decision }) => profileRule(names, decision, args)),
			),
			...[...byAnswer].map(([answer, names]) => profileRule(names, answer)),
		],
	};
}

/** Returns the profile as JSON with one rule a line. */
export function profileText({ syscalls, ...head }: SeccompProfile): string {
	const lines = Object.entries(head).map(([key, value]) => `\t${JSON.stringify(key)}: ${JSON.stringify(value)},`);
	const rules = syscalls.map((rule) => `\t\t${JSON.stringify(rule)}`);
	return ["{", ...lines, '\t"syscalls": [', rules.join(",\n"), "\t]", "}", ""].join("\n");
}

function profileRule(names: readonly SyscallName[], decision: Decision, args: readonly Comparison[] = []): ProfileRule {
	const compared = args.length ? { args } : {};
	if (decision === "allow") return { names, action: "SCMP_ACT_ALLOW", ...compared };
	if (decision === "kill") return { names, action: "SCMP_ACT_KILL_PROCESS", ...compared };
	return { names, action: "SCMP_ACT_ERRNO", errnoRet: errors[decision], ...compared };
}

/** A decision about a call, or the classes of an argument's values with the decision for each. */
type Tree = Decision | readonly { readonly argument: number; readonly values: Values; readonly tree: Tree }[];

interface FlatDecision {
	readonly decision: Decision;
	readonly args: readonly Comparison[];
}

const decisionsFor = (rules: readonly Rule[]) => flatten(decide(rules));

function flatten(tree: Tree, above: readonly Comparison[] = []): FlatDecision[] {
	if (typeof tree === "string") return [{ decision: tree, args: above }];
	return tree.flatMap(({ argument, tree: below, values }) =>
		comparisons(argument, values).flatMap((one) => flatten(below, [...above, one])),
	);
}

/** Returns the decision of rules for one call. `facts` are the results of tests on arguments that were already split. */
function decide(rules: readonly Rule[], facts: ReadonlyMap<Test, boolean> = new Map()): Tree {
	const open: Leaf[] = [];
	for (const { answer, deny } of rules) {
		const result = resultOf(deny, facts);
		if (result === true && !open.length) return answer;
		if (result === undefined) open.push(...openTests(deny, facts));
		if (result === true) break;
	}
	if (!open.length) return "allow";
	const argument = Math.min(...open.map(argumentOf));
	const trees = new Map<string, { argument: number; values: Values; tree: Tree }>();
	for (const { facts: more, values } of split(open.filter((test) => argumentOf(test) === argument))) {
		const tree = decide(rules, new Map([...facts, ...more]));
		const key = JSON.stringify(tree);
		const same = trees.get(key);
		trees.set(key, { argument, values: same ? union(same.values, values) : values, tree });
	}
	const [first, ...others] = trees.values();
	return first !== undefined && !others.length ? first.tree : [...trees.values()];
}

/** A test that is no combination of others. */
type Leaf = Exclude<Test, { kind: "not" | "all" }>;

/** Returns undefined if it depends on other arguments. */
function resultOf(test: Test, facts: ReadonlyMap<Test, boolean>): boolean | undefined {
	if (test.kind === "not") {
		const result = resultOf(test.test, facts);
		return result === undefined ? undefined : !result;
	}
	if (test.kind !== "all") return facts.get(test);
	const results = test.tests.map((one) => resultOf(one, facts));
	if (results.includes(false)) return false;
	return results.includes(undefined) ? undefined : true;
}

function openTests(test: Test, facts: ReadonlyMap<Test, boolean>): Leaf[] {
	if (test.kind === "not") return openTests(test.test, facts);
	if (test.kind === "all") return test.tests.flatMap((one) => openTests(one, facts));
	return facts.has(test) ? [] : [test];
}

const argumentOf = (test: Leaf) => test.argument;

/** Values of an argument: a pointer that is null or not, or patterns of the lower 32 bits that do not overlap. */
type Values = "null" | "set" | readonly Pattern[];

/** Values whose bits in `mask` equal those of `value`. */
interface Pattern {
	readonly mask: number;
	readonly value: number;
}

function comparisons(index: number, values: Values): Comparison[] {
	if (values === "null") return [{ index, value: 0, op: "SCMP_CMP_EQ" }];
	if (values === "set") return [{ index, value: 0, op: "SCMP_CMP_NE" }];
	return values.map(({ mask, value }) => ({ index, value: mask, valueTwo: value, op: "SCMP_CMP_MASKED_EQ" }));
}

/** Splits the values of one argument into classes that the tests cannot tell apart. */
function split(tests: readonly Leaf[]): { readonly facts: ReadonlyMap<Test, boolean>; readonly values: Values }[] {
	const facts = (value: boolean) => new Map(tests.map((test) => [test, value]));
	if (tests.every(({ kind }) => kind === "isSet")) {
		return [
			{ facts: facts(false), values: "null" },
			{ facts: facts(true), values: "set" },
		];
	}
	let classes = [{ facts: new Map<Test, boolean>(), patterns: [{ mask: 0, value: 0 }] as readonly Pattern[] }];
	for (const test of tests) {
		const matching = patternsOf(test);
		classes = classes.flatMap(({ facts: known, patterns }) =>
			[true, false].flatMap((fact) => {
				const part = fact ? intersection(patterns, matching) : difference(patterns, matching);
				return part.length ? [{ facts: new Map([...known, [test, fact]]), patterns: part }] : [];
			}),
		);
	}
	return classes.map(({ facts: known, patterns }) => ({ facts: known, values: merged(patterns) }));
}

function patternsOf(test: Leaf): readonly Pattern[] {
	if (test.kind === "isSet") throw new Error("a pointer is not compared by its bits");
	if (test.kind === "oneOf") {
		const mask = test.mask ?? 0xffffffff;
		return test.values.map((value) => ({ mask: mask >>> 0, value: value >>> 0 }));
	}
	// The highest bit is set, or it is not and the next one is, and so on.
	return bitsOf(test.mask).map((bit) => ({ mask: (test.mask & -bit) >>> 0, value: bit }));
}

/** Highest first, because most values are small and differ in their low bits only. */
const bitsOf = (mask: number) => Array.from({ length: 32 }, (_, at) => 2 ** (31 - at)).filter((bit) => (mask & bit) !== 0);

const overlaps = (one: Pattern, other: Pattern) => ((one.value ^ other.value) & one.mask & other.mask) === 0;

function intersection(some: readonly Pattern[], others: readonly Pattern[]): Pattern[] {
	return some.flatMap((one) =>
		others
			.filter((other) => overlaps(one, other))
			.map((other) => ({ mask: (one.mask | other.mask) >>> 0, value: (one.value | other.value) >>> 0 })),
	);
}

function difference(some: readonly Pattern[], others: readonly Pattern[]): readonly Pattern[] {
	return others.reduce<readonly Pattern[]>((rest, other) => rest.flatMap((one) => without(one, other)), some);
}

/** Returns a pattern for each bit that only `other` compares: different in this bit, and equal to `other` in the higher ones. */
function without(one: Pattern, other: Pattern): Pattern[] {
	if (!overlaps(one, other)) return [one];
	let { mask, value } = one;
	return bitsOf(other.mask & ~one.mask).map((bit) => {
		const differs = { mask: (mask | bit) >>> 0, value: (value | (~other.value & bit)) >>> 0 };
		mask |= bit;
		value |= other.value & bit;
		return differs;
	});
}

function union(one: Values, other: Values): Values {
	// Both are of one argument, so they have the same kind. A pointer whose two classes are decided alike is not compared.
	return typeof one === "string" || typeof other === "string" ? one : merged([...one, ...other]);
}

/** Joins patterns that differ in one bit. */
function merged(patterns: readonly Pattern[]): readonly Pattern[] {
	for (const [at, one] of patterns.entries()) {
		const twin = patterns.findIndex(({ mask, value }, index) => index > at && mask === one.mask && isOneBit(value ^ one.value));
		const other = patterns[twin];
		if (!other) continue;
		const bit = one.value ^ other.value;
		const joined = { mask: (one.mask & ~bit) >>> 0, value: (one.value & ~bit) >>> 0 };
		return merged([joined, ...patterns.filter((_, index) => index !== at && index !== twin)]);
	}
	return patterns;
}

const isOneBit = (bits: number) => bits !== 0 && (bits & (bits - 1)) === 0;
