import { expect, test } from "vitest";
import { messagesFor } from "../../src/messages/messages.ts";

/** An error about something that is empty shows where it would stand. */

test.each([
	["en", "Invalid cage name '': "],
	["de", "Ungültiger Käfigname '': "],
] as const)("an empty name is quoted in %s", (language, words) => {
	expect(messagesFor(language).failure({ code: "bad-name", values: { name: "" } })).toContain(words);
});

test("so is another value that a user gave", () => {
	const { failure } = messagesFor("en");
	expect(failure({ code: "path-not-absolute", values: { path: "", option: "include" } })).toBe(
		"Invalid path '' (include): it must start with '/'.",
	);
	expect(failure({ code: "no-such-file", values: { path: "" } })).toBe("File '' does not exist. Check the path.");
});

test("what an application said may be nothing", () => {
	const values = { name: "web", probe: "ask", words: "", missing: "/etc/hosts" };
	expect(messagesFor("en").failure({ code: "not-answered-in-cage", values })).not.toContain("''");
});
