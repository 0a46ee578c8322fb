import fc from "fast-check";
import { expect, test } from "vitest";
import { errorText, isErrorOutput, shortened, withoutTimestamp } from "../../src/service/error-text.ts";

const lines = (...all: string[]) => `${all.join("\n")}\n`;

test.each([
	[
		"unbound, where the reason stands before what follows from it",
		[
			"notice: init module 0: validator",
			"error: unable to open /var/lib/unbound/root.key for reading: No such file or directory",
			"error: validator: could not apply configuration settings.",
			"fatal error: failed to init modules",
		],
		"error: unable to open /var/lib/unbound/root.key for reading: No such file or directory / fatal error: failed to init modules",
	],
	[
		"varnishd, which ends with its usage",
		[
			"Error: Working directory /var/lib/varnish/x (-n argument) cannot reside on a file system mounted noexec",
			"",
			"(-? gives usage)",
		],
		"Error: Working directory /var/lib/varnish/x (-n argument) cannot reside on a file system mounted noexec",
	],
	[
		"a panic of Go, above its stack",
		[
			"level=INFO msg=starting",
			"panic: couldn't open /sys",
			"",
			"goroutine 1 [running]:",
			"main.main()",
			"github.com/prometheus/node_exporter/node_exporter.go:224 +0xfce",
		],
		"panic: couldn't open /sys",
	],
	[
		"Node, above its stack",
		["Error: Cannot find module 'x'", "    at Module._resolveFilename (node:internal/modules/cjs/loader:1212:15)"],
		"Error: Cannot find module 'x'",
	],
	[
		"tor, which says more after the reason",
		[
			"[warn] Directory /run/tor cannot be read: Permission denied",
			"[notice] Opened Socks listener connection (ready) on 127.0.0.1:9050",
		],
		"[warn] Directory /run/tor cannot be read: Permission denied",
	],
	[
		"postfix, with a warning that is no error",
		["warning: /etc/x: No such file or directory", "postfix: fatal: parameter default_privs: unknown user name value: nobody"],
		"warning: /etc/x: No such file or directory / postfix: fatal: parameter default_privs: unknown user name value: nobody",
	],
	[
		"a Rust daemon, in colours",
		["\x1b[2m2026\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2mntpd\x1b[0m: Could not start system", "\x1b[32m INFO\x1b[0m bye"],
		"2026 ERROR ntpd: Could not start system",
	],
	["whatever has no complaint: the last line", ["one", "two", "", ""], "two"],
	["nothing", [" "], ""],
])("%s", (_, output, words) => expect(errorText(lines(...output))).toBe(words));

test("the result fits into a line of a terminal", () => expect(errorText("x".repeat(1000))).toHaveLength(300));

test("a result that was cut off ends with an ellipsis", () => {
	expect(errorText("x".repeat(301))).toMatch(/^x+…$/);
	expect(errorText("x".repeat(300))).toMatch(/^x+$/);
});

test("a coloured word counts as an error", () => expect(isErrorOutput("\x1b[31mERROR\x1b[0m\n")).toBe(true));

test.each([
	["2026-11-30 17:00:21 $Conf{SendmailPath} is missing", "$Conf{SendmailPath} is missing"],
	["[2026-11-30 17:00:21,123] ERROR x", "ERROR x"],
	["2026-11-30T17:00:21.123456+00:00 host app[12]: x", "host app[12]: x"],
	["Nov 30 17:00:21 host app[3]: x", "host app[3]: x"],
	["[30/Nov/2026:17:00:21 +0000] x", "x"],
	["2026/11/30 17:00:21 main.go: x", "main.go: x"],
	["Mon Nov 30 17:00:21 2026 x", "x"],
	["[Mon Nov 30 17:00:21.123456 2026] [core:error] x", "[core:error] x"],
	["Mon, 30 Nov 2026 17:00:21 GMT x", "x"],
	['time="2026-11-30T17:00:21Z" level=error msg=x', "level=error msg=x"],
	["17:00:21.123 [main] x", "[main] x"],
	["<4>Cannot open /run/a", "Cannot open /run/a"],
])("the line %s is quoted without its time", (line, rest) => expect(withoutTimestamp(line)).toBe(rest));

test.each(["192.168.1.2 is taken", "May 12 is taken", "12:30 is no time of a logger", "2026-11-30 17:00:21"])(
	"the line %s stays as it is",
	(line) => expect(withoutTimestamp(line)).toBe(line),
);

test("a long text ends with a whole word", () => {
	expect(shortened("alpha beta gamma", 12)).toBe("alpha beta…");
	expect(shortened("alpha beta", 10)).toBe("alpha beta");
	expect(shortened("alphabetagamma", 8)).toBe("alphabe…");
	fc.assert(
		fc.property(fc.string(), fc.integer({ min: 2, max: 40 }), (text, most) => {
			expect(shortened(text, most).length).toBeLessThanOrEqual(most);
		}),
	);
});
