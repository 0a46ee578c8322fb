import { afterEach, describe, expect, it } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Missing } from "../../src/plan/missing.ts";
import { keyOf } from "../../src/wizard/bindings/bindings.ts";
import { systemClock } from "../../src/wizard/host/clock.ts";
import { Dialogue, speech } from "../../src/wizard/linear/dialogue.ts";
import { linearActions, linearMessages } from "../../src/wizard/linear/reduce.ts";
import { renderLines } from "../../src/wizard/linear/render-lines.tsx";
import { WizardStore } from "../../src/wizard/runner.ts";
import type { Command } from "../../src/wizard/state/command.ts";
import { eventually } from "../system/eventually.ts";
import { messagesIn, textsIn } from "../texts.ts";
import { screenMessages } from "./screen.ts";
import { type Script, ScriptedSession } from "./scripted-session.ts";
import { absent, kernelFile, withheld } from "./scripted-trial.ts";

let end = () => {};
afterEach(() => end());

/** A dialogue with the wizard: returns its output up to the next question. */
function startTalk(script: Script = {}, language: "en" | "de" = "en", ascii = false) {
	const store = new WizardStore(new ScriptedSession(script), systemClock);
	let said = "";
	let from = 0;
	const look = { messages: messagesIn(language), color: false, ascii };
	const dialogue = new Dialogue(store, look, {
		linesOf: renderLines,
		write(text) {
			said += text;
		},
	});
	end = () => {
		dialogue.end();
		store.dispose();
	};
	dialogue.begin();
	store.start();
	const talk = {
		store,
		get all() {
			return said;
		},
		answer(line: string) {
			from = said.length;
			dialogue.answer(line);
		},
		async hears(text: string): Promise<string> {
			await eventually(() => expect(said.slice(from)).toContain(text));
			return said.slice(from);
		},
		async answerAt(text: string, line: string): Promise<void> {
			await talk.hears(text);
			talk.answer(line);
		},
	};
	return talk;
}

type Talk = ReturnType<typeof startTalk>;

/** Presses Enter at each of these offers. */
async function acceptAt(dialogue: Talk, ...offers: string[]): Promise<void> {
	for (const offer of offers) await dialogue.answerAt(`Your choice, Enter: ${offer}:`, "");
}

/** Chooses redis and presses Enter at each of these offers. */
async function follow(dialogue: Talk, ...offers: string[]): Promise<void> {
	await dialogue.answerAt("Your choice, Enter: choose:", "2");
	await acceptAt(dialogue, ...offers);
}

/** Goes from the list of applications past the files of redis. */
async function goToAccounts(dialogue: Talk): Promise<void> {
	await follow(dialogue, "start tracing", "continue");
	await dialogue.hears("Step 3 of 7: Files. Cage: redis.");
	await acceptAt(dialogue, "continue");
}
/** Left out in the scripted plan, and not a secret. */
const setuid: Missing = { ...withheld, path: pathFromText("/usr/lib/dbus/helper") };
const goToTrial = (dialogue: Talk) => follow(dialogue, "start tracing", "continue", "continue", "continue", "build and test");

describe("the wizard as a dialogue", () => {
	it("follows the straight path with Enter, after a number for the application", async () => {
		const dialogue = startTalk({
			rounds: [
				{ answered: false, missing: [absent] },
				{ answered: true, missing: [kernelFile] },
			],
		});
		await goToAccounts(dialogue);
		await dialogue.hears("Step 4 of 7");
		await acceptAt(dialogue, "continue", "build and test", "add and try again", "save", "choose");
		await dialogue.hears("The cage redis is ready. Its application answers.");
		await dialogue.answerAt("Your choice, Enter: choose:", "1");
		expect(dialogue.store.state.exit).toBe(0);
	});

	it("prints no escape sequence, frame or mark", async () => {
		const dialogue = startTalk();
		await follow(dialogue, "start tracing", "continue");
		await dialogue.hears("Your choice, Enter: continue:");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
		expect(dialogue.all.split("\n").filter((line) => /[\x00-\x09\x0b-\x1f]|[│─█]|\[[x !wok.]+\]|^\s*>/m.test(line))).toEqual([]);
	});

	it("asks for a value of the form, keeps it on Enter and goes back", async () => {
		const dialogue = startTalk();
		await dialogue.answerAt("Your choice", "2");
		await dialogue.hears("1. Name, redis");
		await dialogue.answerAt("start tracing:", "1");
		await dialogue.answerAt("Name, now “redis”", "cache");
		await dialogue.hears("Name, cache");
		expect(dialogue.store.state.answers?.name).toBe("cache");
		await dialogue.answerAt("start tracing:", "1");
		await dialogue.answerAt("Name, now “cache”", "");
		await dialogue.answerAt("start tracing:", "b");
		await dialogue.hears("Step 1 of 7: Choose.");
		expect(dialogue.store.state.answers?.name).toBe("cache");
	});

	it("finds unneeded files, reports progress once, and asks what to do with the result", async () => {
		const dialogue = startTalk({ rounds: [{ answered: true, missing: [] }] });
		await goToTrial(dialogue);
		await dialogue.answerAt("Your choice, Enter: save:", "m");
		await dialogue.answerAt("Your choice, Enter: stop, show results:", "");
		const found = await dialogue.hears("l: build without it");
		await dialogue.hears("Your choice:");
		expect(found).toContain("redis does not need 4 of its 7 files");
		expect(found).toContain("libsystemd0, 1, 1.1 MB");
		dialogue.answer("b");
		await dialogue.answerAt("Your choice, Enter: save:", "m");
		await dialogue.answerAt("Your choice, Enter: stop, show results:", "b");
		await dialogue.hears("Stopped. The cage was not changed.");
		expect(dialogue.all.match(/Trial \d of about 9/g)?.length ?? 0).toBeLessThanOrEqual(4);
	});

	it("asks before it exits, and an empty answer means no", async () => {
		const dialogue = startTalk();
		await dialogue.answerAt("Your choice", "q");
		await dialogue.answerAt("(y/n)", "");
		await dialogue.hears("Your choice");
		expect(dialogue.store.state.exit).toBeUndefined();
		dialogue.answer("q");
		await dialogue.answerAt("(y/n)", "y");
		expect(dialogue.store.state.exit).toBe(1);
	});

	it("handles several lines that arrive at once one after the other", async () => {
		const dialogue = startTalk();
		await dialogue.hears("Your choice, Enter: choose:");
		const typed = linearActions(dialogue.store.state).find(({ command }) => command === "type-command")?.typed ?? "";
		for (const line of [typed, "/usr/bin/thing --serve"]) dialogue.answer(line);
		await dialogue.hears("Command, /usr/bin/thing --serve");
	});

	it("names what to type instead of a key of the screen, and it works", async () => {
		const dialogue = startTalk({ rounds: [{ answered: false, missing: [setuid] }] });
		await goToTrial(dialogue);
		expect(await dialogue.hears("Your choice:")).toContain("You left out /usr/lib/dbus/helper. Press f to include it");
		await dialogue.answerAt("Your choice:", " ");
		await dialogue.hears("Press f to go back to the files and allow it.");
		dialogue.answer("f");
		await dialogue.hears("Step 3 of 7: Files.");
	});

	it("offers to go back only where something comes before", async () => {
		const dialogue = startTalk();
		expect(await dialogue.hears("Your choice, Enter: choose:")).not.toMatch(/^b: /m);
		dialogue.answer("b");
		await dialogue.answerAt("Unknown answer “b”", "2");
		expect(await dialogue.hears("Your choice, Enter: start tracing:")).toMatch(/^b: back$/m);
	});

	it.each(["en", "de"] as const)("names in language %s only keys of commands", (language) => {
		const { store } = startTalk();
		const named = textsIn(messagesIn(language).catalogue.wizard).flatMap((text) => [...text.matchAll(/\{key:([^}]*)\}/g)]);
		expect(named.length).toBeGreaterThan(10);
		expect(named.filter(([, command]) => keyOf(command as Command) === "")).toEqual([]);
		for (const messages of [linearMessages(messagesIn(language), store.state), screenMessages(language)]) {
			expect(textsIn(messages.catalogue.wizard).filter((text) => text.includes("{key:"))).toEqual([]);
		}
	});

	it("takes a space as the key that the texts name", async () => {
		const dialogue = startTalk();
		await goToAccounts(dialogue);
		await dialogue.answerAt("Step 4 of 7", " ");
		await dialogue.hears("cannot be left out: the application starts as this account");
		expect(dialogue.store.state.screen).toBe("accounts");
	});

	it("reports unknown answers", async () => {
		const dialogue = startTalk({}, "de");
		await dialogue.answerAt("Ihre Wahl", "999");
		await dialogue.answerAt("Unbekannte Antwort „999“.", "?");
		await dialogue.hears("1. gewählt: demo, Demonstration");
	});
});

describe("marks as words", () => {
	const say = (line: string) => speech(line, { ascii: false, messages: messagesIn("en") });

	it.each([
		["❯ [✓] /etc/redis/redis.conf      108 kB", "selected: in: /etc/redis/redis.conf, 108 kB"],
		["3. ❯ ▸ [!] Secrets   left out   2", "3. selected: closed: attention: Secrets, left out, 2"],
		["  [ ] - root:x:0:0::/root:/bin/sh", "out: root:x:0:0::/root:/bin/sh"],
		["2. ▸ [~] Libraries   copied   11", "2. closed: partly in: Libraries, copied, 11"],
		["███████░  16.4 MB  /usr/lib", "16.4 MB, /usr/lib"],
		["████░░░░░░ 40 %", "40 %"],
		[" All  Waiting [Yours 2] New", "All, Waiting selected: Yours 2 New"],
		["✗ curl localhost: command not found", "failed: curl localhost: command not found"],
		["  ! Note   something", "attention: Note, something"],
		["-> redis-check-rdb", "links to redis-check-rdb"],
		["❯ [ Start tracing ]", ""],
		["--name <NAME> -- [command...]", "--name <NAME> -- [command...]"],
	])("says %j", (line, words) => expect(say(line)).toBe(words));
});
