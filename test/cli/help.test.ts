import { Command } from "commander";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { helpDe } from "../../src/messages/de/help.ts";

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
	const sentences = new Set<string>();

	/** In English, which is what the program is defined in. */
	beforeAll(async () => {
		const parse = vi.spyOn(Command.prototype, "parseAsync").mockImplementation(async function (this: Command) {
			for (const command of [this, ...this.commands]) {
				sentences.add(command.description());
				for (const option of command.options) if (!option.hidden) sentences.add(option.description);
			}
			return this;
		});
		await runProgram(["list", "--lang", "en"]);
		parse.mockRestore();
	});

	it("has a German sentence for every verb and option", () => {
		expect(sentences.size).toBeGreaterThan(90);
		const lacking = [...sentences].filter((sentence) => helpDe[sentence] === undefined || helpDe[sentence] === sentence);
		expect(lacking).toEqual([]);
	});

	it("has none for what is not said any more", () => {
		const ours = Object.keys(helpDe).filter((key) => key.includes(" ") && !key.endsWith(":") && !key.startsWith("display help"));
		expect(ours.filter((key) => !sentences.has(key))).toEqual([]);
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
