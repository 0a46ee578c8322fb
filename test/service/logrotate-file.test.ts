import { describe, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { pathFromBytes, pathFromText } from "../../src/base/path/path.ts";
import { escapeLogGlob, parseLogrotate, quoteLogrotate } from "../../src/service/logrotate-file.ts";

describe("a logrotate file", () => {
	test("is parsed into stanzas, whatever is outside of them", () => {
		const text = [
			"# all",
			"weekly",
			"include /etc/other",
			"/var/log/a.log",
			'  "/var/log/with space/*.log" {',
			"\trotate=4",
			"  create   0640 www-data adm",
			"  # said once",
			"  postrotate",
			"    kill -USR1 `cat /run/a.pid`",
			"    # no comment of the file's",
			"  endscript",
			"  missingok",
			"}",
			"/var/log/b { daily",
			"}",
		].join("\n");
		expect(parseLogrotate(text)).toEqual([
			{
				patterns: ["/var/log/a.log", "/var/log/with space/*.log"],
				directives: ["rotate 4", "create 0640 www-data adm", "missingok"],
				scripts: new Map([["postrotate", "    kill -USR1 `cat /run/a.pid`\n    # no comment of the file's"]]),
			},
			{ patterns: ["/var/log/b"], directives: ["daily"], scripts: new Map() },
		]);
	});

	test("has its names unquoted as by popt", () => {
		const names = (text: string) => parseLogrotate(`${text} {\n}\n`)[0]?.patterns;
		expect(names(String.raw`/a\ b '/it''s' "/q\"q" "/g\[x\]" '/s\'s'`)).toEqual([
			"/a b",
			"/its",
			'/q"q',
			String.raw`/g\[x\]`,
			"/s's",
		]);
	});

	test("may be cut off", () => {
		expect(parseLogrotate("/a {\n daily\n postrotate\n kill")).toEqual([
			{ patterns: ["/a"], directives: ["daily"], scripts: new Map([["postrotate", " kill"]]) },
		]);
		expect(parseLogrotate("/a\n/b")).toEqual([]);
		expect(parseLogrotate("")).toEqual([]);
	});
});

test("has literal paths escaped for globs", () => {
	expect(escapeLogGlob(pathFromText(String.raw`/a*[b]?\c`))).toBe(String.raw`/a\*\[b\]\?\\c`);
});

describe("a quoted name", () => {
	test.each([
		["/a b/*.log", '"/a b/*.log"'],
		["/a\"b'c", `"/a\\"b'c"`],
		[String.raw`/a\*b`, String.raw`"/a\*b"`],
		["/Grüße", '"/Grüße"'],
	])("is written as %s", (path, expected) => expect(quoteLogrotate(pathFromText(path))).toBe(expected));

	test.each(["/a{b", "/a}b", "/a\nb", "/a\x7fb"])("cannot contain %j", (path) => {
		expect(() => quoteLogrotate(pathFromText(path))).toThrow(Failure);
	});
	test("cannot contain bytes that are no text", () => {
		expect(() => quoteLogrotate(pathFromBytes(Buffer.from([0x2f, 0xff])))).toThrow(Failure);
	});
});
