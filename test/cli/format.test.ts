import { describe, expect, test } from "vitest";
import { fields, table, wrapLine, wrapLines } from "../../src/cli/format.ts";
import { historyText } from "../../src/record/report/history.ts";
import { messagesIn } from "../texts.ts";

describe("a line on a terminal", () => {
	test("stays as it is in a pipe, and if it fits", () => {
		const long = "word ".repeat(40).trim();
		expect(wrapLine(long, undefined)).toBe(long);
		expect(wrapLine("a  b   c", 8)).toBe("a  b   c");
	});

	test("wraps between words and indents what follows", () => {
		expect(wrapLine("demo: danger writable /usr/bin: everybody can write", 25)).toBe(
			"demo: danger writable\n  /usr/bin: everybody can\n  write",
		);
	});

	test("is not broken inside a word or a command", () => {
		expect(wrapLine(`abc ${"x".repeat(30)} b`, 10)).toBe(`abc\n  ${"x".repeat(30)}\n  b`);
		const command = "cagewright --state /srv/state update demo";
		expect(wrapLine(`to rebuild it: ${command}`, 30)).toBe(`to rebuild it:\n  ${command}`);
		expect(wrapLine(`run \`${command}\`, then look`, 30)).toBe(`run\n  \`${command}\`,\n  then look`);
		expect(wrapLine("boot Linux and run cagewright on the host", 20)).toBe("boot Linux and run\n  cagewright on the\n  host");
	});

	test("keeps the text's other lines", () => expect(wrapLines("a b c\n\n  d", 3)).toBe("a b\n  c\n\n  d"));
});

describe("a table on a terminal", () => {
	test("wraps its last column", () => {
		const row = ["one", "of several words that are too long for it"];
		expect(table([["name", "text"], row], 36)).toBe("name  text\none   of several words that are too\n      long for it");
		expect(fields([["one", "of several words that are too long"]], 31)).toBe("one  of several words that are\n     too long");
	});

	test("wraps whole rows if the last column is too narrow", () => {
		expect(table([["a name of thirty characters!!!", "and a text"]], 33)).toBe("a name of thirty characters!!!\n  and a text");
	});
});

describe("the history of a cage", () => {
	const lines = [
		'2026-11-29T05:27:06.695Z made {"generation":1,"files":1234,"bytes":104834966,"answered":true,"accepted":["device"]}',
		'2026-11-29T05:28:00.000Z alarm {"kind":"syscall","call":"mount\\u202e"}',
		"something else",
	];

	test("is readable in both languages", () => {
		expect(historyText(lines, messagesIn("en"), undefined)).toMatchInlineSnapshot(`
			"Time                     Event  Details
			2026-11-29 05:27:06 UTC  made   generation: 1, files: 1,234, size: 105 MB, answered: yes, accepted: device
			2026-11-29 05:28:00 UTC  alarm  kind: syscall, call: mount\\u{202e}
			                                something else"
		`);
		expect(historyText(lines, messagesIn("de"), 60)).toMatchInlineSnapshot(`
			"Zeitpunkt                Ereignis  Einzelheiten
			2026-11-29 05:27:06 UTC  gebaut    Generation: 1, Dateien:
			                                   1.234, Größe: 105 MB,
			                                   beantwortet: ja,
			                                   akzeptiert: device
			2026-11-29 05:28:00 UTC  Alarm     kind: syscall, call:
			                                   mount\\u{202e}
			                                   something else"
		`);
	});
});
