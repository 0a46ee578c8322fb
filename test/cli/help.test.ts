import { Command, type Option } from "commander";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { helpDe } from "../../src/messages/de/help.ts";
import { type HelpMessages, helpEn } from "../../src/messages/en/help.ts";

type Texts = Readonly<Record<string, string>>;

afterEach(() => vi.restoreAllMocks());

/** What a call writes, on both ways out. */
async function said(...args: string[]): Promise<{ status: number; text: string }> {
	let text = "";
	const take = (chunk: unknown) => {
		text += String(chunk);
		return true;
	};
	vi.spyOn(process.stdout, "write").mockImplementation(take);
	vi.spyOn(process.stderr, "write").mockImplementation(take);
	const status = await runProgram(args);
	vi.restoreAllMocks();
	return { status, text };
}

describe("the help", () => {
	const defined = new Map<string, readonly Option[]>();

	beforeAll(async () => {
		const parse = vi.spyOn(Command.prototype, "parseAsync").mockImplementation(async function (this: Command) {
			for (const command of [this, ...this.commands]) defined.set(command.name(), command.options);
			return this;
		});
		await runProgram(["list"]);
		parse.mockRestore();
	});

	it.each(Object.entries({ helpEn, helpDe }))("%s has a sentence for every verb and option", (_, { options, verbs }) => {
		expect(defined.size).toBeGreaterThan(30);
		const said: Texts = { ...options };
		const incomplete = [...defined].flatMap(([verb, all]) => {
			const own = (verbs as Readonly<Record<string, Texts>>)[verb];
			const names = all.filter(({ hidden }) => !hidden).map((option) => option.attributeName());
			return [...(verb === "cagewright" || own?.about ? [] : [verb]), ...names.filter((name) => !(own?.[name] ?? said[name]))];
		});
		expect(incomplete).toEqual([]);
	});

	it("has none for what is not defined any more", () => {
		const names = (verb: string) => (defined.get(verb) ?? []).map((option) => option.attributeName());
		const all = new Set([...defined.keys()].flatMap(names));
		expect(Object.keys(helpEn.options).filter((name) => name !== "help" && !all.has(name))).toEqual([]);
		for (const [verb, own] of Object.entries(helpEn.verbs))
			expect(["about", ...names(verb)]).toEqual(expect.arrayContaining(Object.keys(own)));
	});

	it("says nothing in English where it is German", () => {
		const texts = ({ options, program, verbs }: HelpMessages) => [
			program,
			...[options, ...Object.values(verbs)].flatMap(Object.values),
		];
		const english = new Set(texts(helpEn));
		expect(texts(helpDe).filter((text) => english.has(text))).toEqual([]);
	});

	it("is German where it is asked for", async () => {
		const { status, text } = await said("make", "--help", "--lang", "de");
		expect(status).toBe(0);
		expect(text).toContain("Aufruf:");
		expect(text).toContain("Beispiel:");
		expect(text).toContain("Konto, als das gestartet wird");
		expect(text).not.toMatch(/Usage|Options:|display help|choices:|repeatable/);
	});

	it.each([
		[["nonsense"], "Das Verb „nonsense“ gibt es nicht. Siehe: cagewright --help"],
		[["make", "--nonsense"], "Die Option „--nonsense“ gibt es nicht."],
		[["run"], "Es fehlt das Argument „name“."],
		[["make", "--name"], "Der Option „--name <NAME>“ fehlt ihr Wert."],
		[["make", "--timeout", "x"], "braucht Sekunden über 0, nicht „x“."],
		[["make", "--rounds", "x"], "braucht eine ganze Zahl ab 1, nicht „x“."],
		[["make", "--network", "x"], "Die Option „--network <NETWORK>“ kennt „x“ nicht; möglich: host, none."],
		[["mak"], "Das Verb „mak“ gibt es nicht. Siehe:"],
		[["make", "--prob", "x"], "Die Option „--prob“ gibt es nicht. (Meinten Sie --probe?) Siehe:"],
		[["trace", "x", "--for", "x"], "Die Option „--for <TIME>“ braucht eine Zeit wie 90, 30m, 24h oder 7d, nicht „x“."],
		[["diff", "x", "one"], "Das Argument „a“ braucht eine ganze Zahl ab 1, nicht „one“."],
		[["unit", "x", "--install", "--uninstall"], "Die Option „--uninstall“ verträgt sich nicht mit „--install“."],
		[["list", "a", "b"], "Das sind zu viele Argumente"],
	])("says in German what is wrong with %j", async (args, sentence) => {
		const { status, text } = await said(...args, "--lang", "de");
		expect(text).toContain(sentence);
		expect(text).not.toMatch(/\b(invalid|option|argument|mean)\b/);
		expect(text.trim().split("\n")).toHaveLength(1);
		expect(status).toBe(2);
	});
});
