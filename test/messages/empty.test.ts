import { expect, test } from "vitest";
import { messagesIn } from "../texts.ts";

/** An error shows an empty value as `''`. */

test.each([
	["en", "Invalid cage name '': "],
	["de", "Ungültiger Käfigname '': "],
] as const)("an empty name is quoted in %s", (language, words) => {
	expect(messagesIn(language).failure({ code: "bad-name", values: { name: "" } })).toContain(words);
});

test("another empty value of the user is quoted too", () => {
	const { failure } = messagesIn("en");
	expect(failure({ code: "path-not-absolute", values: { path: "", option: "include" } })).toBe(
		"Invalid path '' (include): it must start with '/'.",
	);
	expect(failure({ code: "no-such-file", values: { path: "" } })).toBe("File '' does not exist. Check the path.");
});

test("an application's empty output is omitted", () => {
	const values = { name: "web", probe: "ask", words: "", missing: "/etc/hosts" };
	expect(messagesIn("en").failure({ code: "not-answered-in-cage", values })).not.toContain("''");
});

test("a template without parameters offers none", () => {
	const { failure } = messagesIn("en");
	const unknown = (known: string) => failure({ code: "parameter-unknown", values: { template: "demo", name: "a", known } });
	expect(unknown("")).toBe("Template demo has no parameter 'a'. Remove it.");
	expect(unknown("port")).toBe("Template demo has no parameter 'a'. Remove it, or use one of these: port.");
});
