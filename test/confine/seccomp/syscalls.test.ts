import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { permittedCalls } from "../../../src/confine/seccomp/observed-calls.ts";
import { type SyscallName, syscallGroups, syscalls } from "../../../src/confine/seccomp/syscalls.ts";

/**
 * Numbers in this machine's kernel headers (linux-libc-dev). Calls newer than the headers are in neither list; each list must
 * contain most of them.
 */
const headers = {
	x86_64: { column: 0, file: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h" },
	// aarch64 has the generic table (asm/unistd.h of arm64 includes it).
	aarch64: { column: 1, file: "/usr/include/asm-generic/unistd.h" },
} as const;

function numbersIn(file: string): Map<string, number> {
	const defined = readFileSync(file, "latin1").matchAll(/^#define __NR(3264)?_(\w+)\s+(\d+)\s*$/gm);
	// The generic table has this call under the name that 32-bit processors with a larger `stat` use.
	const usual = (name: string) => (name === "fstatat" ? "newfstatat" : name);
	return new Map([...defined].map(([, , name = "", number]) => [usual(name), Number(number)]));
}

describe.each(Object.entries(headers))("the table of %s", (_name, { column, file }) => {
	const numbers = numbersIn(file);
	const names = Object.keys(syscalls) as SyscallName[];

	test("has the kernel's numbers", () => {
		const known = names.filter((name) => numbers.has(name));
		const expected = Object.fromEntries(known.map((name) => [name, numbers.get(name)]));
		expect(Object.fromEntries(known.map((name) => [name, syscalls[name][column]]))).toEqual(expected);
		expect(known.length).toBeGreaterThan(300);
	});
	test("has no number for a call that the processor lacks", () => {
		const newest = Math.max(...[...numbers].flatMap(([name, number]) => (name === "syscalls" ? [] : [number])));
		const absent = names.filter((name) => !numbers.has(name));
		for (const name of absent) {
			const number = syscalls[name][column];
			expect({ name, known: number !== undefined && number <= newest }).toEqual({ name, known: false });
		}
	});
});

const reasonFor = (name: Parameters<ReturnType<typeof permittedCalls>["get"]>[0], ...made: string[]) =>
	permittedCalls({ made }).get(name);

test("a call is permitted because the application made it, because of its group, or to every program", () => {
	expect(reasonFor("msgget", "msgget")).toEqual({ rule: "made" });
	expect(reasonFor("msgsnd", "msgget")).toEqual({ rule: "group", group: "ipc", example: "msgget" });
	expect(reasonFor("msgget", "accept4")).toBeUndefined();
	expect(reasonFor("execve")).toEqual({ rule: "base" });
});

test("every application may give up more rights, and the self-test may look for Landlock", () => {
	for (const name of ["seccomp", "landlock_create_ruleset", "landlock_restrict_self"] as const)
		expect(reasonFor(name)).toEqual({ rule: "base" });
});

test("a call of the base opens no group", () => {
	expect(reasonFor("setresuid")).toEqual({ rule: "base" });
	expect(reasonFor("setfsuid")).toBeUndefined();
	expect(reasonFor("setfsuid", "setresuid")).toMatchObject({ group: "setuid" });
});

test("options permit and refuse single calls, and a refusal wins", () => {
	const calls = permittedCalls({ made: ["accept4"], allowed: ["mlock"], refused: ["listen", "read"] });
	expect(calls.get("mlock")).toEqual({ rule: "allowed" });
	expect(calls.get("munlock")).toMatchObject({ example: "mlock" });
	expect([calls.has("accept"), calls.has("listen"), calls.has("read")]).toEqual([true, false, false]);
});

test("names that are no calls of this table have no effect", () => {
	const namesOf = (...made: string[]) => [...permittedCalls({ made }).keys()];
	expect(namesOf("syscall_0x1d9", "toString", "__proto__")).toEqual(namesOf());
});

test("no call is in two groups", () => {
	const names = syscallGroups.flatMap(({ calls }) => calls);
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
