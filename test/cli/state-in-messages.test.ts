import { describe, expect, it } from "vitest";
import { messagesWithState } from "../../src/cli/state-in-messages.ts";
import type { Values } from "../../src/messages/messages.ts";
import { messagesIn, texts } from "../texts.ts";

describe("messages", () => {
	const en = messagesIn("en");

	it("commands name the state folder, in a form that a shell takes", () => {
		const there = messagesWithState(en, "/srv/a b");
		const failure = (code: string, values: Values) => there.failure({ code, values });
		expect(failure("cage-not-built", { name: "web" })).toContain("Run `cagewright --state '/srv/a b' build web`.");
		expect(failure("cage-unknown", { name: "web" })).toContain("`cagewright --state '/srv/a b' list`");
		expect(there.note("run-already", { pid: 1, name: "web" })).toContain("cagewright --state '/srv/a b' signal web TERM");
		expect(there.cli.check.toUpdate("web")).toContain("cagewright --state '/srv/a b' update web");
		expect(there.cli.list.head).toEqual(en.cli.list.head);
	});

	it("commands that use no state folder, or run on another machine, do not name it", () => {
		const there = messagesWithState(en, "/srv/state");
		for (const code of ["no-export", "import-refused", "tool-missing", "app-unknown"] as const)
			expect(there.failure({ code, values: {} })).toBe(en.failure({ code, values: {} }));
		const exported = ["redis", "/srv/redis.tar"] as const;
		expect(there.cli.transfer.exported(...exported)).toBe(en.cli.transfer.exported(...exported));
	});

	it.each(["en", "de"] as const)("no command for a cage lacks the state folder in language %s", (language) => {
		const there = messagesWithState(messagesIn(language), "/srv/state");
		const { failures, findings, notes } = there.catalogue;
		for (const [place, text] of texts({ failures, findings, notes }))
			expect(text, place).not.toMatch(/cagewright (?!--state|doctor|apps|import|template check)[a-z]+ \{name/);
	});
});
