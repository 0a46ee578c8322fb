import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import type { Path } from "../../src/base/path/path.ts";
import { parseEnvironmentFile } from "../../src/service/environment.ts";
import { environmentText } from "../../src/unit/lines.ts";
import { launcher, path, unit, values, words } from "./made-unit.ts";

describe("hostile text", () => {
	const hostile = [
		"a b",
		"%h 100%",
		`$HOME $${"{PATH}"} $`,
		'"quoted"',
		"it's",
		"back\\slash\\",
		"two\nlines\nUser=root",
		"\r\n\t\x1b[31m\x7f",
		";",
		"",
		"#",
		"ünï ☃ \u202e\u{e0041}",
		"$$ %%",
		"\\n \\x41",
		"-",
	];

	it.each(hostile)("argument %j arrives unchanged", (argument) => {
		for (const input of [{}, { launcher }]) {
			const text = unit({ application: { command: ["/usr/sbin/daemon", argument, "last"] } }, input);
			expect(words(values(text, "ExecStart")[0], true).slice(-3)).toEqual(["/usr/sbin/daemon", argument, "last"]);
			expect(values(text, "User")).toEqual(["daemon"]);
		}
	});

	it("any text arrives unchanged", () => {
		const text = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
		fc.assert(
			fc.property(fc.array(text, { maxLength: 4 }), (args) => {
				const written = unit({ application: { command: ["/usr/sbin/daemon", ...args] } });
				expect(words(values(written, "ExecStart")[0], true)).toEqual(["/usr/sbin/daemon", ...args]);
			}),
		);
	});

	const printableHostile = hostile.filter((value) => !value.includes("\r"));
	it.each(printableHostile)("environment value %j arrives unchanged", (value) => {
		const text = unit({ application: { env: { KEY: value } } });
		expect(words(values(text, "Environment").at(-1))).toEqual([`KEY=${value}`]);
	});

	it.each(printableHostile)("environment value %j arrives unchanged in a file", (value) => {
		expect(parseEnvironmentFile(environmentText({ FIRST: "1", KEY: value, LAST: "" }))).toEqual({
			FIRST: "1",
			KEY: value,
			LAST: "",
		});
	});

	it("any environment value arrives unchanged in a file, or is refused", () => {
		const value = fc.string({ unit: "binary" });
		fc.assert(
			fc.property(value, value, (one, other) => {
				let text: string;
				try {
					text = environmentText({ ONE: one, OTHER: other });
				} catch (error) {
					expect(error).toBeInstanceOf(Failure);
					expect(`${one}${other}`).toMatch(/[\p{Cs}\p{Cc}]/u);
					return;
				}
				expect(parseEnvironmentFile(text)).toEqual({ ONE: one, OTHER: other });
			}),
		);
	});

	it("a path with characters of patterns names that file alone", () => {
		const text = unit({}, { environmentFile: path("/state/a[1]*?/%n") });
		expect(values(text, "EnvironmentFile")).toEqual(["/state/a[[]1][*][?]/%%n"]);
	});

	it.each(["a b", "100%", "$x", "snow☃man"])("path /srv/%s arrives unchanged", (name) => {
		const at = path(`/srv/${name}`);
		const text = unit({ application: { cwd: `/srv/${name}` } }, { root: at, data: [{ path: at, source: at }] });
		for (const setting of ["RootDirectory", "WorkingDirectory"]) {
			expect(values(text, setting)[0]?.replaceAll("%%", "%")).toBe(`/srv/${name}`);
		}
		expect(words(values(text, "ReadWritePaths")[0])).toEqual([`+/srv/${name}`]);
		expect(words(values(text, "BindPaths")[0])).toEqual([`/srv/${name}:/srv/${name}:norbind`]);
	});

	const refusals: [string, () => string][] = [
		["a NUL in an argument", () => unit({ application: { command: ["/a", "b\0c"] } })],
		["a program that is no absolute path", () => unit({ application: { command: ["daemon"] } })],
		["no program at all", () => unit({ application: { command: [] } })],
		["a prefix before the program", () => unit({ application: { command: ["+/bin/sh"] } })],
		["a newline in the program", () => unit({ application: { command: ["/a\nUser=root"] } })],
		["a dollar in the program", () => unit({ application: { command: ["/opt/$HOME/a"] } })],
		["a quote in the program", () => unit({ application: { command: ['/opt/"a'] } })],
		["a newline in the name of a variable", () => unit({ application: { env: { "A=1\nUser": "root" } } })],
		["a blank in the name of a variable", () => unit({ application: { env: { "A B": "" } } })],
		["an escape sequence in a variable", () => unit({ application: { env: { A: "\x1b[2J" } } })],
		["an escape sequence in a variable of a file", () => environmentText({ A: "\x1b[2J" })],
		["a newline in the name of a variable of a file", () => environmentText({ "A=1\nB": "" })],
		["a newline in the working directory", () => unit({ application: { cwd: "/a\nUser=root" } })],
		["a relative working directory", () => unit({ application: { cwd: "~" } })],
		["a backslash at the end of a path", () => unit({}, { root: path("/a\\") })],
		["a climbing path", () => unit({}, { root: path("/a/../b") })],
		["a blank at the end of a path", () => unit({}, { root: path("/a ") })],
		["bytes that are not UTF-8", () => unit({}, { root: "/a\xff" as Path })],
		["a colon in a mount", () => unit({}, { data: [{ path: path("/a:b"), source: path("/a") }] })],
		["a newline in a mount", () => unit({}, { binds: [{ path: "/a\nExecStartPre=/bin/sh", access: "ro" }] })],
		["a quote in a mount", () => unit({}, { binds: [{ path: '/a" "/b', access: "rw" }] })],
		["a newline in the cage's name", () => unit({}, { name: "a\n[Service]\nUser=root" })],
	];
	it.each(refusals)("%s is refused", (_what, make) => {
		expect(make).toThrow(Failure);
		expect(make).toThrow("unit-inexpressible");
	});

	it("a reason cannot leave its comment", () => {
		const text = unit({
			permissions: { capabilities: [{ name: "chown", why: "x\nUser=root\u2028\\" }], unixSockets: "\r\nUser=root\\" },
		});
		expect(values(text, "User")).toEqual(["daemon"]);
		expect(values(text, "CapabilityBoundingSet")).toEqual(["CAP_CHOWN"]);
	});

	it("an unknown capability is refused", () => {
		expect(() => unit({ permissions: { capabilities: [{ name: "chown CAP_SYS_ADMIN", why: "" }] } })).toThrow(RangeError);
	});
});
