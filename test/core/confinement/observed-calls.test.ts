import { expect, test } from "vitest";
import { killedCalls, permittedCalls } from "../../../src/core/confinement/observed-calls.ts";
import { syscallGroups } from "../../../src/core/confinement/syscall-groups.ts";

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
	expect([...permittedCalls({ made: ["syscall_0x1d9", "toString", "__proto__"] }).keys()]).toEqual([
		...permittedCalls({ made: [] }).keys(),
	]);
});

test("the kernel kills for intrusive calls unless the application tried them", () => {
	expect(killedCalls({ made: [] })).toContain("ptrace");
	expect(killedCalls({ made: ["ptrace"] })).not.toContain("ptrace");
	// Programs ask for these to find out what the kernel can do.
	for (const name of ["clone3", "openat2", "io_uring_setup", "memfd_create"] as const)
		expect(killedCalls({ made: [] })).not.toContain(name);
});

test("no call is in two groups", () => {
	const names = syscallGroups.flatMap(({ calls }) => calls);
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
