import { afterEach, describe, expect, it } from "vitest";
import { messagesFor } from "../../src/messages/messages.ts";
import { inWords } from "../../src/wizard/linear/in-words.ts";
import { linearActions } from "../../src/wizard/linear/reduce.ts";
import { spokenLines } from "../../src/wizard/linear/spoken.tsx";
import { Talk } from "../../src/wizard/linear/talk.ts";
import { WizardStore } from "../../src/wizard/runner.ts";
import { type Script, ScriptedSession } from "./scripted-session.ts";

let end = () => {};
afterEach(() => end());

/** A talk with the wizard: what it said since the last answer, when it asks again. */
function startTalk(script: Script = {}, language: "en" | "de" = "en", ascii = false) {
	const store = new WizardStore(new ScriptedSession(script));
	let said = "";
	let from = 0;
	const look = { messages: messagesFor(language), color: false, ascii };
	const talk = new Talk(store, look, spokenLines, (text) => {
		said += text;
	});
	end = () => {
		talk.end();
		store.dispose();
	};
	talk.begin();
	store.start();
	return {
		store,
		get all() {
			return said;
		},
		answer(line: string) {
			from = said.length;
			talk.answer(line);
		},
		async hears(text: string): Promise<string> {
			for (let tries = 0; tries < 300 && !said.slice(from).includes(text); tries++)
				await new Promise((resolve) => setTimeout(resolve, 10));
			expect(said.slice(from)).toContain(text);
			return said.slice(from);
		},
	};
}

describe("the wizard as a talk", () => {
	it("goes the straight path with Enter alone, after a number for the application", async () => {
		const talk = startTalk();
		await talk.hears("Your choice, Enter: choose:");
		talk.answer("2");
		await talk.hears("Your choice, Enter: start tracing:");
		talk.answer("");
		await talk.hears("Your choice, Enter: enough, go on:");
		talk.answer("");
		await talk.hears("Step 3 of 7: Files. Cage: redis.");
		await talk.hears("Your choice, Enter: go on:");
		talk.answer("");
		await talk.hears("Step 4 of 7");
		await talk.hears("Your choice");
		talk.answer("");
		await talk.hears("Your choice, Enter: build and try:");
		talk.answer("");
		await talk.hears("Your choice, Enter: add and try again:");
		talk.answer("");
		await talk.hears("Your choice, Enter: save:");
		talk.answer("");
		await talk.hears("The cage redis stands and answers.");
		await talk.hears("Your choice, Enter: choose:");
		talk.answer("1");
		expect(talk.store.state.exit).toBe(0);
	});

	it("draws nothing: no escape sequence, no frame, no mark", async () => {
		const talk = startTalk();
		await talk.hears("Your choice");
		talk.answer("2");
		await talk.hears("Your choice, Enter: start tracing:");
		talk.answer("");
		await talk.hears("Your choice, Enter: enough, go on:");
		talk.answer("");
		await talk.hears("Your choice, Enter: go on:");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
		expect(talk.all.split("\n").filter((line) => /[\x00-\x09\x0b-\x1f]|[│─█]|\[[x !wok.]+\]|^\s*>/m.test(line))).toEqual([]);
	});

	it("asks for a value of the form, keeps it on Enter and goes back", async () => {
		const talk = startTalk();
		await talk.hears("Your choice");
		talk.answer("2");
		await talk.hears("1. Name, redis");
		await talk.hears("start tracing:");
		talk.answer("1");
		await talk.hears("Name, now “redis”");
		talk.answer("cache");
		await talk.hears("Name, cache");
		expect(talk.store.state.answers?.name).toBe("cache");
		await talk.hears("start tracing:");
		talk.answer("1");
		await talk.hears("Name, now “cache”");
		talk.answer("");
		await talk.hears("start tracing:");
		talk.answer("b");
		await talk.hears("Step 1 of 7: Choose.");
		expect(talk.store.state.answers?.name).toBe("cache");
	});

	it("leaves out what nothing needs: says once how far it is, and asks whether it is enough, and what to do with what was found", async () => {
		const talk = startTalk({ rounds: [{ answered: true, missing: [] }] });
		await talk.hears("Your choice");
		talk.answer("2");
		for (const asked of ["start tracing", "enough, go on", "go on", "go on", "build and try"]) {
			await talk.hears(`Your choice, Enter: ${asked}:`);
			talk.answer("");
		}
		await talk.hears("Your choice, Enter: save:");
		talk.answer("m");
		await talk.hears("Your choice, Enter: enough, show it:");
		talk.answer("");
		const found = await talk.hears("l: build without it");
		await talk.hears("Your choice:");
		expect(found).toContain("redis does not need 4 of its 7 files");
		expect(found).toContain("libsystemd0, 1, 1.1 MB");
		talk.answer("b");
		await talk.hears("Your choice, Enter: save:");
		talk.answer("m");
		await talk.hears("Your choice, Enter: enough, show it:");
		talk.answer("b");
		await talk.hears("Stopped. The cage is as it was.");
		expect(talk.all.match(/Trial \d of about 9/g)?.length ?? 0).toBeLessThanOrEqual(4);
	});

	it("asks before it ends, and no is the answer of whoever says nothing", async () => {
		const talk = startTalk();
		await talk.hears("Your choice");
		talk.answer("q");
		await talk.hears("(y/n)");
		talk.answer("");
		await talk.hears("Your choice");
		expect(talk.store.state.exit).toBeUndefined();
		talk.answer("q");
		await talk.hears("(y/n)");
		talk.answer("y");
		expect(talk.store.state.exit).toBe(1);
	});

	it("takes several lines that come at once one after the other", async () => {
		const talk = startTalk();
		await talk.hears("Your choice, Enter: choose:");
		const typed = linearActions(talk.store.state).find(({ command }) => command === "type-command")?.typed ?? "";
		for (const line of [typed, "/usr/bin/thing --serve"]) talk.answer(line);
		await talk.hears("Command, /usr/bin/thing --serve");
	});

	it("says what is not among the answers", async () => {
		const talk = startTalk({}, "de");
		await talk.hears("Ihre Wahl");
		talk.answer("999");
		await talk.hears("„999“ ist keine der Antworten.");
		talk.answer("?");
		await talk.hears("1. gewählt: demo, Vorführung");
	});
});

describe("marks in words", () => {
	const say = (line: string) => inWords(line, { ascii: false, messages: messagesFor("en") });

	it.each([
		["> [x] /etc/redis/redis.conf      108 kB", "selected: in: /etc/redis/redis.conf, 108 kB"],
		["3. > + [!] Secrets   left out   2", "3. selected: closed: attention: Secrets, left out, 2"],
		["  [ ] - root:x:0:0::/root:/bin/sh", "out: root:x:0:0::/root:/bin/sh"],
		["2. + [~] Libraries   copied   11", "2. closed: partly in: Libraries, copied, 11"],
		["#######.  16.4 MB  /usr/lib", "16.4 MB, /usr/lib"],
		["[####------] 40 %", "40 %"],
		[" All  Waiting <Yours 2> New", "All, Waiting selected: Yours 2 New"],
		["[!!] curl localhost: command not found", "failed: curl localhost: command not found"],
		["  ! Note   something", "attention: Note, something"],
		["-> redis-check-rdb", "leads to redis-check-rdb"],
		["> [ Start tracing ]", ""],
		["--name <NAME> -- [command...]", "--name <NAME> -- [command...]"],
	])("says %j", (line, words) => {
		expect(say(line)).toBe(words);
	});
});
