import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seccompFilter } from "../../../src/confine/seccomp/compile-filter.ts";
import { errors } from "../../../src/confine/seccomp/filter.ts";
import type { FilterPermissions } from "../../../src/confine/seccomp/filter-permissions.ts";
import { profileText, type SeccompProfile, seccompProfile } from "../../../src/confine/seccomp/profile.ts";
import { type SyscallName, syscallNumber, syscalls } from "../../../src/confine/seccomp/syscalls.ts";
import { architectures, audit, closed, everythingOpen, run } from "../filter-run.ts";
import { notableWords, sixArguments } from "../notable-arguments.ts";

const observed = { ...closed, unixSockets: true, calls: { made: ["accept4", "getsockopt", "personality", "shmat"] } };

/** Returns what libseccomp answers according to its manual, and how many rules match. */
function answers({ defaultErrnoRet, syscalls: rules }: SeccompProfile, name: SyscallName, args: readonly bigint[]): string[] {
	const nameOf = (number = 0) => Object.entries(errors).find(([, value]) => value === number)?.[0] ?? "";
	const matching = rules.filter(
		({ args: compared = [], names }) =>
			names.includes(name) &&
			compared.every(({ index, op, value, valueTwo = 0 }) => {
				const argument = args[index] ?? 0n;
				if (op === "SCMP_CMP_MASKED_EQ") return (argument & BigInt(value)) === BigInt(valueTwo);
				return (argument === BigInt(value)) === (op === "SCMP_CMP_EQ");
			}),
	);
	if (!matching.length) return [nameOf(defaultErrnoRet)];
	return matching.map(({ action, errnoRet }) =>
		action === "SCMP_ACT_ALLOW" ? "allow" : action === "SCMP_ACT_KILL_PROCESS" ? "kill" : nameOf(errnoRet),
	);
}

describe.each(architectures)("the profile for container engines on %s", (architecture) => {
	test.each<[string, FilterPermissions]>([
		["the default", closed],
		["all permissions", everythingOpen],
		["one application", observed],
	])("has exactly one rule for each call, with the answer of our own filter, for %s", (_name, permissions) => {
		const profile = seccompProfile(architecture, permissions);
		const program = seccompFilter(architecture, permissions);
		const names = (Object.keys(syscalls) as SyscallName[]).filter((name) => syscallNumber(name, architecture) !== undefined);
		const check = (name: SyscallName, args: readonly bigint[]) => {
			const own = run(program, audit[architecture], syscallNumber(name, architecture) ?? 0, args);
			expect([name, args, answers(profile, name, args)]).toEqual([name, args, [own]]);
		};
		for (const name of names) check(name, [0n, 0n, 0n, 0n, 0n, 0n]);
		const compared = names.filter((name) => profile.syscalls.some((rule) => rule.args && rule.names.includes(name)));
		expect(compared).toContain("socket");
		fc.assert(fc.property(fc.constantFrom(...compared), sixArguments, check), { numRuns: 300 });
		for (const name of compared) for (const word of notableWords) check(name, [word, word, word, word, word, word]);
	});
});

test("calls without a name are answered as by an older kernel, and those of other architectures are not permitted", () => {
	const unnamed = { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 38 };
	expect(seccompProfile("x64", closed)).toMatchObject({ ...unnamed, architectures: ["SCMP_ARCH_X86_64"] });
});

test("the text is the profile as JSON", () => {
	const profile = seccompProfile("x64", observed);
	expect(JSON.parse(profileText(profile))).toEqual(profile);
	expect(profile.syscalls).toContainEqual(expect.objectContaining({ action: "SCMP_ACT_KILL_PROCESS" }));
});
