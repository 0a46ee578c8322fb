import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { manifestFromJson } from "../../src/cage/manifest.ts";
import { seccompFilter } from "../../src/confine/seccomp/compile-filter.ts";
import { type FilterPermissions, filterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { profileText, seccompProfile } from "../../src/confine/seccomp/profile.ts";
import { type SyscallName, syscallNumber, syscalls } from "../../src/confine/seccomp/syscalls.ts";
import { audit, closed, everythingOpen, run } from "../confine/filter-run.ts";
import { notableWords, sixArguments } from "../confine/notable-arguments.ts";
import { some } from "../long.ts";
import { cagewright, make, must, temporaryFolder, temporaryState } from "./cagewright.ts";

const state = temporaryState();
const folder = temporaryFolder("profiles");
const file = `${folder}/demo.json`;
let permissions: FilterPermissions;

beforeAll(async () => {
	await make(["demo", "--calls", "observed"], { state });
	const manifest = manifestFromJson(JSON.parse(readFileSync(`${state}/cages/demo/manifests/1.json`, "utf8")));
	permissions = filterPermissions(manifest.permissions);
	const exported = await must(cagewright(["export", "demo", "--format", "seccomp", "-o", file, "--json"], { state }));
	expect(exported.json).toMatchObject({
		schema: "cagewright/export/1",
		file,
		format: "seccomp",
		generation: 1,
		calls: { filter: "observed" },
	});
});

/** Runs libseccomp's program, made of the profile as container engines do it. */
function withLibseccomp(profile: string) {
	const compiled = `${profile}.bpf`;
	const words = [`${import.meta.dirname}/seccomp-profile.py`, profile, compiled];
	const unknown = JSON.parse(execFileSync("/usr/bin/python3", words, { encoding: "utf8" })) as string[];
	const bytes = readFileSync(compiled);
	return { unknown, decide: (number: number, args: readonly bigint[]) => run(bytes, audit.x64, number, args) };
}

test.each<[string, () => FilterPermissions, () => string]>(
	some(1, [
		["of a cage with a filter for its application", () => permissions, () => file],
		["without permissions", () => closed, () => written("closed", closed)],
		["with all permissions", () => everythingOpen, () => written("open", everythingOpen)],
	]),
)("libseccomp answers each call of a profile %s like our own filter", (_name, permitted, path) => {
	const { decide, unknown } = withLibseccomp(path());
	const own = seccompFilter("x64", permitted());
	const check = (name: SyscallName, args: readonly bigint[]) => {
		const number = syscallNumber(name, "x64") ?? 0;
		// libseccomp gives its default action to calls that are newer than itself.
		const expected = unknown.includes(name) ? "ENOSYS" : run(own, audit.x64, number, args);
		expect([name, args, decide(number, args)]).toEqual([name, args, expected]);
	};
	const names = Object.keys(syscalls) as SyscallName[];
	for (const name of names) for (const word of notableWords) check(name, Array(6).fill(word) as bigint[]);
	fc.assert(fc.property(fc.constantFrom(...names), sixArguments, check), { numRuns: 5000 });
	expect(decide(600, [])).toBe("ENOSYS");
	expect(unknown.length).toBeLessThan(30);
});

function written(name: string, permitted: FilterPermissions): string {
	const path = `${folder}/${name}.json`;
	writeFileSync(path, profileText(seccompProfile("x64", permitted)));
	return path;
}

test("stdout gets the same profile, and the file is readable only by its owner", async () => {
	const { stderr, stdout } = await cagewright(["export", "demo", "--format", "seccomp"], { state });
	expect({ stderr, stdout }).toEqual({ stderr: "", stdout: readFileSync(file, "utf8") });
	expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("an existing file, a missing folder and options of archives are refused", async () => {
	const before = readFileSync(file, "utf8");
	const exported = async (...options: string[]) => {
		const { status, stderr, stdout } = await cagewright(["export", "demo", "--format", "seccomp", ...options], { state });
		expect(stdout).toBe("");
		return { status, stderr };
	};
	expect(await exported("-o", file)).toEqual({ status: 2, stderr: expect.stringContaining(`${file} already exists`) });
	expect(readFileSync(file, "utf8")).toBe(before);
	expect((await exported("-o", `${folder}/none/x.json`)).status).toBe(2);
	expect(await exported("--with-data")).toEqual({ status: 2, stderr: expect.stringContaining("--with-data") });
	expect((await exported("--json")).status).toBe(2);
	expect((await cagewright(["export", "demo", "--format", "oci"], { state })).status).toBe(2);
});
