import { execFileSync } from "node:child_process";
import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { addTableOptions } from "../../src/cli/options.ts";
import { type AnswersMachine, answersFrom } from "../../src/make/engine/answers.ts";
import { type Answers, isName, parseBind } from "../../src/options/answers.ts";
import { equivalentCommand, repeatingCommand, withoutHonoured } from "../../src/options/equivalent.ts";
import type { GivenOptions } from "../../src/options/options.ts";
import { noRules } from "../../src/service/application.ts";
import { type RuleList, ruleNames } from "../../src/service/rule-options.ts";
import type { Template } from "../../src/template/template.ts";
import { bareApplication } from "../cage/plans.ts";
import { rules } from "../plan/traces.ts";
import { smallest, template as templateOf } from "../template/corpus.ts";

// Reading all units of the machine for /bin/sh each time is slow; once suffices.
vi.mock(import("../../src/template/host/find.ts"), async (original) => {
	const real = await original();
	const known = new Map<string, ReturnType<typeof real.directoriesOf>>();
	const directoriesOf: typeof real.directoriesOf = (program) => {
		const directories = known.get(program) ?? real.directoriesOf(program);
		known.set(program, directories);
		return directories;
	};
	return { ...real, directoriesOf };
});

/** A machine without units on which every program exists. */
const machine = {
	accounts: { own: () => undefined },
	applications: { directoriesOf: () => [], here: () => ({}), program: (word: string) => word },
	probeTools: () => ({ programs: new Set(), node: process.execPath }),
} as unknown as AnswersMachine;

/** Splits all lines with one shell, because starting a shell takes longer than all the rest of these tests. */
function splitByShell(lines: readonly string[]): string[][] {
	const input = lines.map((line) => `set -- ${line}\nprintf '%s\\0' "$#" "$@"\n`).join("");
	const found = execFileSync("sh", ["-s"], { input, encoding: "utf8", maxBuffer: 1 << 26 }).split("\0");
	return lines.map(() => found.splice(0, Number(found.shift())));
}

/** Parses many command lines with one command, because creating it takes longer than parsing. */
const make = addTableOptions(new Command("make").exitOverride().argument("[target]").argument("[command...]"));

/** Reads the answers from a printed line as the program reads its arguments. */
function answersOf([program, verb, ...words]: readonly string[], template?: Template): Answers {
	expect([program, verb]).toEqual(["cagewright", "make"]);
	make.parse(words, { from: "user" });
	const separator = words.indexOf("--");
	const command = separator < 0 ? [] : words.slice(separator + 1);
	const named = make.args.length > command.length ? make.args[0] : undefined;
	expect(named).toBe(named === undefined ? undefined : template?.name);
	return answersFrom(machine, make.opts(), command, named === undefined ? undefined : template && { kind: "template", template });
}

const text = fc
	.oneof(
		fc.string({ unit: "binary", minLength: 1 }),
		fc.constantFrom(
			"--",
			"-x",
			"--yes",
			"--name=x",
			"--probe=--",
			"a b",
			"it's",
			"$(id)",
			"`id`",
			"line\nline",
			"=",
			"'",
			"\\",
			"é",
		),
	)
	.filter((value) => !value.includes("\0") && Buffer.from(value).toString() === value);
const place = fc
	.oneof(text, fc.constantFrom("a:ro", "b:rw", "*", "x*/**", "[a]"))
	.map((value) => `/${value}`)
	.filter((value) => !value.split("/").includes(".."));
const places = fc.uniqueArray(place, { maxLength: 2 });
const name = fc.constantFrom("app", "web-1", "A.b_c", "9");

const minimise = fc.record({
	keep: places,
	keepKinds: fc.subarray(["configuration", "time-zones"] as const),
	giveUp: fc.subarray(["locale", "tls"] as const),
});

const answers: fc.Arbitrary<Answers> = fc.record(
	{
		name,
		application: fc
			.record({
				command: fc.array(text, { maxLength: 3 }).map((words) => ["/bin/sh", ...words]),
				user: fc.option(text, { nil: undefined }),
				cwd: place,
				env: fc.dictionary(fc.constantFrom("A", "_b", "PATH"), text),
				probes: fc.array(text, { minLength: 1, maxLength: 2 }),
				exercises: fc.uniqueArray(text, { maxLength: 2 }),
				timeout: fc.oneof(fc.integer({ min: 1, max: 86_400 }), fc.double({ min: 0.001, max: 100, noNaN: true })),
				network: fc.constantFrom("host" as const, "none" as const),
				directories: places,
				limits: fc.constantFrom(undefined, { memory: 1 << 26 }, { processes: 9, files: 64 }),
			})
			.map(({ limits, user, ...rest }) => ({
				...rest,
				...(user === undefined ? {} : { user }),
				...(limits === undefined ? {} : { limits }),
			})),
		rules: fc.record({
			...(Object.fromEntries(ruleNames.filter((name) => name !== "binds").map((list) => [list, places])) as Record<
				RuleList,
				typeof places
			>),
			binds: fc.uniqueArray(fc.record({ path: place, access: fc.constantFrom("ro" as const, "rw" as const) }), {
				maxLength: 2,
				selector: (bind) => bind.path,
			}),
			allow: fc.subarray(["memfd", "capability:chown"]),
			refuse: fc.subarray(["proc", "unix-sockets"]),
			accounts: fc.subarray(["mail", "group:adm"]),
			withoutAccounts: fc.subarray(["user:games", "host$"]),
		}),
		onHost: fc.boolean(),
		rounds: fc.integer({ min: 1, max: 100 }),
		minimise,
	},
	{ requiredKeys: ["name", "application", "rules", "onHost", "rounds"] },
);

describe("the equivalent command", () => {
	test("gives the same answers, whatever they contain", () => {
		const given = fc.sample(answers, 200);
		expect(splitByShell(given.map((one) => equivalentCommand(one))).map((words) => answersOf(words))).toEqual(given);
	});
	test("contains only differences from defaults, and asks nothing", () => {
		const application = { ...bareApplication, command: ["/bin/sh"], probes: ["true"] };
		const usual: Answers = { name: "app", application, rules: noRules, onHost: false, rounds: 5 };
		const words = "make --name app --probe true";
		expect(equivalentCommand(usual)).toBe(`cagewright ${words} --yes -- /bin/sh`);
		const elsewhere = equivalentCommand(usual, undefined, "/srv/my cages");
		expect(elsewhere).toBe(`cagewright --state '/srv/my cages' ${words} --yes -- /bin/sh`);
		const rules: Answers["rules"] = { ...noRules, binds: [{ path: "/srv", access: "ro" }] };
		const changed = equivalentCommand({ ...usual, onHost: true, rounds: 2, rules });
		expect(changed).toBe(`cagewright ${words} --bind /srv:ro --on-host --rounds 2 --yes -- /bin/sh`);
	});
});

describe("with a template", () => {
	const template = templateOf({
		...smallest,
		name: "shop",
		application: {
			command: ["/bin/sh", "-c", "sleep 9"],
			user: "daemon",
			cwd: "/srv",
			env: { A: "1", B: "2" },
			probes: ["true", "test 1"],
			exercises: ["echo"],
			timeout: 60,
			network: "none",
			directories: ["/run/shop"],
		},
		rules: { include: ["/srv/shop"], binds: [{ path: "/srv/data", access: "ro" }] },
	});
	const base = answersFrom(machine, {}, [], { kind: "template", template });
	const changed = (application: Partial<Answers["application"]>, rules: Partial<Answers["rules"]> = {}): Answers => ({
		...base,
		application: { ...base.application, ...application },
		rules: { ...base.rules, ...rules },
	});
	const again = (given: Answers) => {
		const { template: _, ...rest } = answersOf(splitByShell([equivalentCommand(given, base)])[0] ?? [], template);
		const { template: __, ...wanted } = given;
		expect(rest).toEqual(wanted);
		return equivalentCommand(given, base);
	};

	test("needs only its name", () => expect(again(base)).toBe("cagewright make shop --yes"));
	test("names only additions", () => {
		const more = changed({ env: { ...base.application.env, C: "3" } }, { include: ["/srv/shop", "/opt/x"] });
		expect(again(more)).toBe("cagewright make shop --env C=3 --include /opt/x --yes");
		const other = changed({ probes: ["false"], cwd: "/", timeout: 30, network: "host" });
		expect(again(other)).toBe("cagewright make shop --cwd / --probe false --timeout 30 --network host --yes");
		const writable = changed({ env: { A: "9", B: "2" } }, { binds: [{ path: "/srv/data", access: "rw" }] });
		expect(again(writable)).toContain("/srv/data:rw");
		const named = again({ ...base, name: "other", rounds: 1, onHost: true });
		expect(named).toBe("cagewright make shop --name other --on-host --rounds 1 --yes");
		expect(again(changed({ command: ["/bin/sh", "-c", "sleep 8"] }))).toContain("shop --yes -- /bin/sh");
	});
	test("says everything without it if a value was removed", () => {
		const { user: _, ...asRoot } = base.application;
		for (const given of [
			changed({}, { include: [] }),
			changed({}, { binds: [] }),
			changed({ exercises: [] }),
			changed({ directories: ["/run/other"] }),
			changed({ env: { A: "1" } }),
			{ ...base, application: asRoot },
		])
			expect(again(given)).toMatch(/^cagewright make --name shop .* --yes -- \/bin\/sh -c 'sleep 9'$/);
	});
	test("gives the same answers, whatever was added", () => {
		const variable = text.map((value) => `C=${value}`);
		const env = fc.array(variable, { maxLength: 1 });
		const options = fc.record({ include: places, env, exercise: fc.array(text, { maxLength: 2 }), cwd: place });
		const property = fc.property(options, (given) => {
			again(answersFrom(machine, given, [], { kind: "template", template }));
		});
		fc.assert(property, { numRuns: 50 });
	});
});

test("a bind's text is a path with its access", () => {
	for (const [text, path, access] of [
		["/srv", "/srv", "ro"],
		["/srv:rw", "/srv", "rw"],
		["/srv:ro", "/srv", "ro"],
		["/a:b:rw", "/a:b", "rw"],
		["/srv:rx", "/srv:rx", "ro"],
	] as const)
		expect(parseBind(text)).toEqual({ path, access });
	for (const wrong of ["", "srv", ":ro", "srv:rw"]) expect(parseBind(wrong)).toBeUndefined();
});

test("a cage's name is also a folder and a part of unit names", () => {
	for (const good of ["a", "redis-7", "A.b_c", "9", "x".repeat(64)]) expect([good, isName(good)]).toEqual([good, true]);
	for (const bad of ["", ".", "..", "a..b", "-a", ".a", "a/b", "a b", "a\n", "é", "x".repeat(65), "a@b"])
		expect([bad, isName(bad)]).toEqual([bad, false]);
});

const cage = {
	exercises: ["ask more"],
	rules: rules({
		allowSecret: ["/etc/office/key", "/etc/office/other"],
		allow: ["socket:/run/office.sock"],
		accounts: ["user:ann"],
		binds: [{ path: "/srv", access: "ro" }],
	}),
};

test.each<[GivenOptions]>([
	[{ allowSecret: ["/etc/office/key"] }],
	[{ allow: ["socket:/run/office.sock"], account: ["user:ann"] }],
	[{ bind: ["/srv:ro"] }],
	[{ exercise: ["ask more"] }],
])("an adoption may repeat %j, which the cage has", (options) => {
	expect(withoutHonoured(cage, options)).toEqual({});
});

test.each<[GivenOptions]>([
	[{ allowSecret: ["/etc/office/key", "/etc/shadow"] }],
	[{ refuse: ["socket:/run/office.sock"] }],
	[{ bind: ["/srv:rw"] }],
	[{ exercise: ["ask for less"] }],
	[{ user: "ann" }],
	[{ probe: ["ask"], yes: true }],
])("an adoption may not give %j, which would change the cage or is the adoption's own", (options) => {
	expect(withoutHonoured(cage, options)).toEqual(options);
});

describe("the command that repeats a saved cage", () => {
	const script = `node -e '${"x".repeat(1300)}'`;
	const answers: Answers = {
		name: "mail",
		onHost: true,
		rounds: 5,
		rules: noRules,
		dedicatedAccount: "cage-mail",
		application: { ...bareApplication, probes: [script] },
	};

	test("is the equivalent command if that can be read", () => {
		const short = { ...answers, application: { ...answers.application, probes: ["true"] } };
		expect(repeatingCommand(short)).toBe(equivalentCommand(short));
	});

	test("otherwise saves a template first, and keeps what a template does not contain", () => {
		expect(repeatingCommand(answers, undefined, "/s")).toBe(
			"cagewright --state /s template save mail --as mail-saved --replace && " +
				"cagewright --state /s make mail-saved --name mail --dedicated-account cage-mail --on-host --yes",
		);
	});
});
