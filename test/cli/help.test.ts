import { CommanderError, type Option } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { nameOf, type Verb, type VerbDefinition } from "../../src/cli/definition.ts";
import { optionGroups, verbGroups } from "../../src/cli/groups.ts";
import { describeVerb } from "../../src/cli/help.ts";
import { globalOptions, wizardOptions } from "../../src/cli/options.ts";
import { createProgram, runProgram } from "../../src/cli/program.ts";
import { usageError } from "../../src/cli/usage-error.ts";
import { helpDe } from "../../src/messages/de/help.ts";
import { type HelpMessages, helpEn } from "../../src/messages/en/help.ts";
import { optionRows } from "../../src/options/options.ts";
import { permissionWords } from "../../src/plan/permission-words.ts";

type Texts = Readonly<Record<string, string>>;

afterEach(() => vi.restoreAllMocks());

/** Everything that a call writes. */
async function output(...args: string[]): Promise<{ status: number; text: string; stderr: string }> {
	const [stdout, stderr]: [unknown[], unknown[]] = [[], []];
	vi.spyOn(process.stdout, "write").mockImplementation((chunk) => stdout.push(chunk) > 0);
	vi.spyOn(process.stderr, "write").mockImplementation((chunk) => stderr.push(chunk) > 0);
	const status = await runProgram(args);
	vi.restoreAllMocks();
	return { status, text: [...stdout, ...stderr].join(""), stderr: stderr.join("") };
}

const program = createProgram([], async () => {});
const verbs = program.commands as Verb[];
const defined = new Map<string, readonly Option[]>([program, ...verbs].map((verb) => [verb.name(), verb.options]));
const verbNamed = (name: string) => verbs.find((verb) => verb.name() === name) as Verb;
const languages = Object.entries({ en: helpEn, de: helpDe });

describe("help texts", () => {
	it.each(languages)("every verb and option has one in %s", (_, { options, verbs: texts }) => {
		expect(verbs.length).toBeGreaterThan(30);
		const shared: Texts = options;
		const missing = [...defined].flatMap(([verb, all]) => {
			const own = (texts as Readonly<Record<string, Texts>>)[verb];
			const names = all.filter(({ hidden }) => !hidden).map((option) => option.attributeName());
			const silent = names.filter((name) => !(own?.[name] ?? shared[name])).map((name) => `${verb} ${name}`);
			return verb === "cagewright" || own?.about ? silent : [verb, ...silent];
		});
		expect(missing).toEqual([]);
	});

	it("none is left over from a removed option", () => {
		const names = (verb: string) => (defined.get(verb) ?? []).map((option) => option.attributeName());
		const all = new Set([...defined.keys()].flatMap(names));
		expect(Object.keys(helpEn.options).filter((name) => name !== "help" && !all.has(name))).toEqual([]);
		for (const [verb, own] of Object.entries(helpEn.verbs))
			expect(["about", "details", ...names(verb)]).toEqual(expect.arrayContaining(Object.keys(own)));
	});

	it("German texts contain no English one", () => {
		const texts = ({ options, program: about, verbs: all }: HelpMessages) => [
			about,
			...[options, ...Object.values(all)].flatMap(Object.values),
		];
		const english = new Set(texts(helpEn));
		expect(texts(helpDe).filter((text) => english.has(text))).toEqual([]);
	});

	it("every verb has an example of itself", () => {
		const shows = (verb: Verb) => verb.examples.every((line) => line.startsWith(`cagewright ${verb.name()}`));
		const wrong = verbs.filter((verb) => !verb.examples.length || !shows(verb));
		expect(wrong.map((verb) => verb.name())).toEqual([]);
	});

	it("every verb is in one group", () => {
		const grouped = Object.values(verbGroups).flatMap((rows) =>
			Object.values<readonly VerbDefinition[]>(rows).flat().map(nameOf),
		);
		expect([...grouped].sort()).toEqual(verbs.map((verb) => verb.name()).sort());
	});

	it("every option of the table is in one group", () => {
		const grouped = Object.values(optionGroups).flat();
		expect([...grouped].sort()).toEqual(optionRows.map(([name]) => name).sort());
	});

	it("every option of the program is global or the wizard's", () => {
		const names = program.options.filter(({ hidden }) => !hidden).map((option) => option.attributeName());
		expect([...globalOptions, ...wizardOptions].sort()).toEqual(names.sort());
	});
});

describe("cagewright --help", () => {
	it.each(["en", "de"])("fits on a screen of 80x24 in %s", async (lang) => {
		const { status, text } = await output("--help", "--lang", lang);
		const lines = text.trimEnd().split("\n");
		expect(status).toBe(0);
		// The prompt takes one line.
		expect(lines.length).toBeLessThanOrEqual(23);
		expect(lines.filter((line) => line.length > 80)).toEqual([]);
	});

	it("names every verb and option", async () => {
		const { text } = await output("--help", "--lang", "en");
		const words = new Set(text.split(/[\s,]+/));
		const options = program.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? "");
		expect([...verbs.map((verb) => verb.name()), ...options].filter((word) => !words.has(word))).toEqual([]);
	});
});

describe("the help of a verb", () => {
	const wizardOnly = /--(resume|linear|inline|ascii)\b(?! NAME`)/;

	it.each(verbs.map((verb) => [verb.name(), verb] as const))(
		"%s: nothing is wider than 80 columns but examples",
		async (name, verb) => {
			for (const lang of ["en", "de"]) {
				const { status, text } = await output(name, "--help", "--lang", lang);
				expect(status).toBe(0);
				const wide = text.split("\n").filter((line) => line.length > 80 && !verb.examples.includes(line.trim()));
				expect(wide).toEqual([]);
				expect(text).not.toMatch(wizardOnly);
				expect(text).toContain("--json");
			}
		},
	);

	it("make shows about a dozen common options before the others", async () => {
		const { text } = await output("make", "--help", "--lang", "en");
		const [common = "", rare = ""] = text.split("Less common options");
		expect([10, 11, 12, 13, 14]).toContain(common.match(/^ {2}--/gm)?.length);
		expect(common).toContain("--probe CMD");
		expect(common).not.toContain("--socket");
		expect(rare).toContain("--socket SOCKET");
	});

	it.each([
		["plan", "--cwd"],
		["build", "--rounds"],
		["trial", "--env"],
		["trace", "--no-selftest"],
	])("%s omits %s, which it does not honour", async (step, refused) => {
		const { text } = await output(step, "--help");
		expect(text).not.toContain(refused);
		expect(text).toContain("--include");
	});

	it("help VERB and --help print the same", async () => {
		expect((await output("help", "make")).text).toBe((await output("make", "--help")).text);
	});

	it.each(languages)("names each default and each choice once in %s", (_, help) => {
		const all = verbs.flatMap((verb) => describeVerb(verb, help).groups.flatMap(({ options }) => options));
		expect(all.filter(({ text }) => text.split(`(${help.default}:`).length > 2)).toEqual([]);
		const formats = describeVerb(verbNamed("export"), help).groups[0]?.options[0];
		expect(formats?.text.split("quadlet").length).toBe(2);
	});

	it("names choices, defaults and repeatable options", () => {
		const all = describeVerb(verbNamed("make"), helpEn).groups.flatMap(({ options }) => options);
		const text = (name: string) => all.find((option) => option.name === name);
		expect(text("network")).toMatchObject({ value: "host|none", text: "Network of the running cage (default: host)" });
		expect(text("env")?.text).toBe("Set an environment variable (repeatable)");
		expect(text("keepKind")?.text).toContain(": libraries, interpreter,");
		expect(text("dedicatedAccount")?.value).toBe("[NAME]");
	});

	it("explains each word that --allow accepts", () => {
		const wordsOf = (name: string) => describeVerb(verbNamed(name), helpEn).permissions.map(({ flags }) => flags[0]);
		expect(wordsOf("make")).toEqual([
			...Object.values(permissionWords),
			"call:NAME",
			"capability:NAME",
			"port:NUMBER",
			"socket:PATH",
			"executable-data:DIR",
		]);
		expect(wordsOf("plan")).toEqual(wordsOf("make"));
		expect(wordsOf("run")).toEqual([]);
	});

	it("is German if that is asked for", async () => {
		const { text } = await output("make", "--help", "--lang", "de");
		expect(text).toContain("Aufruf: cagewright make [TARGET] [OPTIONEN]");
		expect(text).toContain("Beispiele:");
		expect(text).not.toMatch(/Usage|Options|default|repeatable/);
	});
});

describe("a usage error is one line with exit status 2", () => {
	it.each([
		[
			["nonsense"],
			"Unknown verb 'nonsense'. See `cagewright --help`.",
			"Unbekanntes Verb 'nonsense'. Siehe `cagewright --help`.",
		],
		[["help", "nonsense"], "Unknown verb 'nonsense'. See `cagewright --help`.", "Unbekanntes Verb 'nonsense'."],
		[["mak", "--yes"], "Unknown verb 'mak'. Did you mean 'make'?", "Unbekanntes Verb 'mak'. Meinten Sie 'make'?"],
		[["make", "--prob", "x"], "'--probe'? See `cagewright make --help`.", "'--probe'? Siehe `cagewright make --help`."],
		[["list", "--jsn"], "Unknown option '--jsn'. Did you mean '--json'?", "Unbekannte Option '--jsn'. Meinten Sie '--json'?"],
		[["run"], "Missing argument NAME.", "Es fehlt NAME."],
		[["make", "--name"], "Option --name NAME needs a value.", "Der Option --name NAME fehlt ein Wert."],
		[["make", "redis", "--user", ""], "Option --user USER[:GROUP[:GROUPS]] needs a value.", "fehlt ein Wert."],
		[["import", "x", "--dedicated-account="], "Option --dedicated-account NAME needs a value.", "NAME fehlt ein Wert."],
		[["record", "x", "-o", ""], "Option --output FILE needs a value.", "Der Option --output FILE fehlt ein Wert."],
		[["record", "x", "-o"], "Option --output FILE needs a value.", "Der Option --output FILE fehlt ein Wert."],
		[["make", "--timeout", "x"], "'x' for --timeout SECONDS: use a number of seconds above 0.", "eine Zahl von Sekunden über 0."],
		[["make", "--timeout", "0x10"], "'0x10' for --timeout SECONDS: use a number of seconds above 0.", "Sekunden über 0."],
		[["make", "--timeout", "1e1"], "'1e1' for --timeout SECONDS: use a number of seconds above 0.", "Sekunden über 0."],
		[["make", "--rounds", "1e1"], "use a whole number from 1 to 100.", "eine ganze Zahl von 1 bis 100."],
		[["--json"], "cagewright: Name a verb. See `cagewright --help`.", "Nennen Sie ein Verb. Siehe `cagewright --help`."],
		[["--events", "--quiet"], "cagewright: Name a verb. See", "Nennen Sie ein Verb. Siehe"],
		[["make", "--rounds", "x"], "use a whole number from 1 to 100.", "eine ganze Zahl von 1 bis 100."],
		[["make", "--limit-files", "1"], "use a whole number from 16.", "eine ganze Zahl ab 16."],
		[["make", "--limit-memory", "1"], "use a size of at least 4M", "eine Größe ab 4M"],
		[["make", "--attach", "x"], "use a process ID.", "die Nummer eines Prozesses."],
		[
			["make", "--network", "x"],
			"for --network NETWORK: use host or none.",
			"für --network NETWORK: möglich ist host oder none.",
		],
		[["export", "x", "--format", "zip"], "use tar, oci, quadlet, kubernetes, portable or seccomp.", "portable oder seccomp."],
		[["make", "--give-up", "x"], "name-service, tls or configuration.", "name-service, tls oder configuration."],
		[["trace", "x", "--for", "x"], "use a time such as 90, 30m, 24h or 7d.", "eine Zeit wie 90, 30m, 24h oder 7d."],
		[["minimise", "x", "--for", "x"], "use a time such as 90s, 10m or 1h.", "eine Zeit wie 90s, 10m oder 1h."],
		[["--state", "", "list"], "Option --state DIR needs a value.", "Der Option --state DIR fehlt ein Wert."],
		[["diff", "x", "one"], "value 'one' for A: use a whole number from 1.", "'one' für A: möglich ist eine ganze Zahl ab 1."],
		[["unit", "x", "--install", "--uninstall"], "--uninstall and --install exclude each other.", "schließen sich aus."],
		[
			["unit", "x", "--deploy-hook", "--score"],
			"exclude each other.",
			"Die Optionen --deploy-hook und --score schließen sich aus.",
		],
		[
			["unit", "x", "--logrotate", "--accept-finding", "account-shared"],
			"--accept-finding CODE[:PATH] exclude",
			"schließen sich aus.",
		],
		[["list", "a", "b"], "Too many arguments for 'list'.", "Zu viele Argumente für 'list'."],
	])("%j", async (args, english, german) => {
		for (const [lang, sentence] of Object.entries({ en: english, de: german })) {
			const { status, stderr, text } = await output("--lang", lang, ...args);
			expect(text).toContain(sentence);
			expect(stderr).toMatch(/^cagewright: .*\n$/);
			expect({ status, text }).toEqual({ status: 2, text: stderr });
		}
	});

	it("never shows a complaint that it does not know", () => {
		const sentence = usageError("error: (outputHelp) of a later version", "list", helpEn);
		expect(sentence).toBe("The arguments cannot be read. See `cagewright list --help`.");
	});

	it("an empty value, as an unset variable gives it, is refused by every option whose stored value it does not remove", async () => {
		const taking = [program, ...verbs].flatMap((verb) =>
			verb.options.filter(({ optional, required }) => optional || required).map((option) => [verb, option] as const),
		);
		expect(taking.length).toBeGreaterThan(100);
		const accepted: string[] = [];
		for (const [verb, { flags, long = "" }] of taking) {
			const name = verb === program ? "list" : verb.name();
			for (const words of [[long, ""], [`${long}=`]]) {
				// Its verbs do nothing.
				const parsed = createProgram([], async () => {}).parseAsync([name, ...words], { from: "user" });
				const complaint = await parsed.then(
					() => "accepted",
					(error: unknown) => (error instanceof CommanderError ? error.message : String(error)),
				);
				if (complaint !== `error: option '${flags}' argument missing`) accepted.push(`${name} ${words.join(" ")}: ${complaint}`);
			}
		}
		// An empty purpose removes the stored one.
		expect(accepted).toEqual(["record --purpose : accepted", "record --purpose=: accepted"]);
	});
});
