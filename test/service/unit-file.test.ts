// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such variables are systemd's, not ours

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { launchPath } from "../../src/service/application.ts";
import { keptEnvironment, parseEnvironmentFile } from "../../src/service/environment.ts";
import { parseExec, substituteVariables } from "../../src/service/unit-exec.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";
import { expandSpecifiers, parseUnitName, parseUnitText, splitWords, unescapeUnitName } from "../../src/service/unit-text.ts";

describe("lines (systemd.syntax(7))", () => {
	const assigned = (text: string) => parseUnitText(text).assignments.map(({ name, value }) => `${name}=${value}`);

	it("are joined with a space, without comments between them", () => {
		// The manual's own example.
		const comments = "# this line is ignored\n; this line is ignored too\n";
		const text = `[Section C]\nKeyThree=value 3\\\n${comments}       value 3 continued\n`;
		const joined = { section: "Section C", name: "KeyThree", value: "value 3 value 3 continued", line: 5 };
		expect(parseUnitText(text).assignments).toEqual([joined]);
	});

	it("contain an even number of backslashes as text", () => {
		expect(assigned("[S]\nA=x\\\\\nB=y")).toEqual(["A=x\\\\", "B=y"]);
	});

	it("lose surrounding blanks, may have CRLF and a byte order mark, and end with the text", () => {
		expect(assigned("\ufeff[S]\r\n  A =  b c  \r\n\r\nB=\r\nC=d \\")).toEqual(["A=b c", "B=", "C=d"]);
	});

	it("that systemd ignores are counted", () => expect(parseUnitText("A=b\n[S]\nrubbish\n=x\n[T\n").skipped).toBe(4));
});

describe("words", () => {
	it.each([
		["a  b\tc", ["a", "b", "c"]],
		[`"a b" 'c d'`, ["a b", "c d"]],
		[`--x="a b"`, ["--x=a b"]],
		[`""`, [""]],
		[String.raw`a\x20b \t \s \101 \u00e4 \U0001F600`, ["a b", "\t", " ", "A", "ä", "😀"]],
		[String.raw`"\xc3\xa4"`, ["ä"]],
		[String.raw`\d \x00 \ud800 \777`, ["\\d", "\\x00", "\\ud800", "\\777"]],
		["Grüße", ["Grüße"]],
	])("%s", (value, expected) => expect(splitWords(value)).toEqual(expected));

	it("have no unclosed quote", () => expect(splitWords(`a "b`)).toBeUndefined());
});

describe("commands (systemd.service(5))", () => {
	it("lose their prefixes", () => {
		const plain = { privileged: false, substitute: true, throughShell: false };
		expect(parseExec("-@/bin/a name b")).toEqual([{ ...plain, mayFail: true, words: ["/bin/a", "b"], argumentZero: "name" }]);
		expect(parseExec("+:/bin/a")?.[0]).toMatchObject({ privileged: true, substitute: false });
		expect(parseExec("!!/bin/a")?.[0]).toMatchObject({ words: ["/bin/a"], privileged: false });
		expect(parseExec("|/bin/a")?.[0]).toMatchObject({ throughShell: true });
	});

	it("are separated only at a bare semicolon", () => {
		const words = (value: string) => parseExec(value)?.map((command) => command.words);
		expect(words("/bin/a ; /bin/b c")).toEqual([["/bin/a"], ["/bin/b", "c"]]);
		expect(words("/bin/a \\; ';' x;")).toEqual([["/bin/a", ";", ";", "x;"]]);
	});

	it.each(["", "-", "/bin/", "@/bin/a", "/bin/a 'b"])("cannot be %j", (value) => expect(parseExec(value)).toBeUndefined());

	it("contain variables as in the manual's examples", () => {
		const echoed = (env: Record<string, string>, ...words: string[]) =>
			substituteVariables(["echo", ...words], env).words.slice(1);
		expect(echoed({ ONE: "one", TWO: "two two" }, "$ONE", "$TWO", "${TWO}")).toEqual(["one", "two", "two", "two two"]);
		const two = { ONE: "one", TWO: "'two two' too", THREE: "" };
		expect(echoed(two, "${ONE}", "${TWO}", "${THREE}")).toEqual(["one", "'two two' too", ""]);
		expect(echoed(two, "$ONE", "$TWO", "$THREE")).toEqual(["one", "two two", "too"]);
	});

	it("keep `$NAME` inside a word and the program, halve `$$`, and report unset names", () => {
		const substituted = { words: ["$P", "x$A", "$A", "--"], missing: ["B", "C"] };
		expect(substituteVariables(["$P", "x$A", "$$A", "-${B}-", "$C"], { A: "1" })).toEqual(substituted);
	});
});

describe("specifiers", () => {
	const name = parseUnitName("redis-server@my\\x2dsite-a.service");
	it.each([
		["%n", "redis-server@my\\x2dsite-a.service"],
		["%N", "redis-server@my\\x2dsite-a"],
		["%p|%i|%I|%j", "redis-server|my\\x2dsite-a|my-site/a|server"],
		["%t %S %C %L %E %T %V", "/run /var/lib /var/cache /var/log /etc /tmp /var/tmp"],
		["%u %U %h 100%% %z", "root 0 /root 100% %z"],
		["%%i", "%i"],
	])("%s", (text, expected) => expect(expandSpecifiers(text, name)).toBe(expected));

	it("have the machine's values, and unknown ones stay verbatim", () => {
		expect(expandSpecifiers("%H %m", name, { H: "web" })).toBe("web %m");
	});

	it("of a template's instance stay verbatim", () => {
		expect(expandSpecifiers("%p-%i", parseUnitName("a@.service"))).toBe("a-%i");
		expect(unescapeUnitName("dev-disk-by\\x2did")).toBe("dev/disk/by-id");
	});
});

describe("a service", () => {
	it("merges drop-ins in order, and an empty assignment clears a list", () => {
		const unit = parseServiceUnit("a.service", [
			"[Unit]\nDescription=A\n[Service]\nExecStart=/bin/one\nUser=x\nEnvironment=A=1 B=2\nRuntimeDirectory=a b/c:link",
			"[Service]\nExecStart=\nExecStart=/bin/two %n\nUser=\nEnvironment=B=3 'C=4 5'\n",
			"[Service]\nRuntimeDirectory=d\nStateDirectory=../x /y z\nAmbientCapabilities=CAP_NET_BIND_SERVICE CAP_KILL\nAmbientCapabilities=~CAP_KILL",
		]);
		expect(unit.execStart.map(({ words }) => words)).toEqual([["/bin/two", "a.service"]]);
		expect(unit.user).toBeUndefined();
		expect(unit.environment).toEqual({ A: "1", B: "3", C: "4 5" });
		expect(unit.directories.map(({ path }) => path)).toEqual(["/run/a", "/run/b/c", "/run/d", "/var/lib/z"]);
		expect(unit.ambientCapabilities).toEqual(["net_bind_service"]);
		expect(unit.type).toBe("simple");
	});

	it("has systemd's default type", () => {
		expect(parseServiceUnit("a.service", ["[Service]\nExecStart=/bin/a\nBusName=org.a"]).type).toBe("dbus");
		expect(parseServiceUnit("a.service", ["[Service]\nExecStop=/bin/a"]).type).toBe("oneshot");
	});

	it("ignores a command with an unclosed quote", () => {
		const unit = parseServiceUnit("a.service", ["[Service]\nExecStart=/bin/a 'b\nUser=u"]);
		expect(unit).toMatchObject({ execStart: [], user: "u", skipped: 1 });
	});

	it("is read from any text without an exception", () => {
		const key = fc.constantFrom(
			"ExecStart",
			"Environment",
			"User",
			"EnvironmentFile",
			"RuntimeDirectory",
			"AmbientCapabilities",
			"Type",
			"__proto__",
		);
		const value = fc.string({ unit: fc.constantFrom(..."ab/ =%$\\'\"{}-@+:!;\nx0~é\ud83d") });
		const line = fc.oneof(
			fc.tuple(key, value).map(([name, text]) => `${name}=${text}`),
			value,
			fc.string({ unit: "binary" }),
			fc.constant("[Service]"),
		);
		fc.assert(
			fc.property(fc.array(line), fc.string(), (lines, name) => {
				const unit = parseServiceUnit(`${name}.service`, [`[Service]\n${lines.join("\n")}`]);
				for (const command of unit.execStart) expect(command.words.length).toBeGreaterThan(0);
				for (const { path } of unit.directories) expect(path.split("/")).not.toContain("..");
				expect(Object.getPrototypeOf(unit.environment)).toBe(Object.prototype);
			}),
			{ numRuns: 200 },
		);
	});
});

describe("environment files", () => {
	it.each([
		['OPTIONS="-u bind"\n', { OPTIONS: "-u bind" }],
		["# c\n; c\nexport A=1\nB = 2 \nC='x y' \n", { B: "2", C: "x y" }],
		['A=a\\\nb\nB="x\ny"\n', { A: "ab", B: "x\ny" }],
		[String.raw`A="\$a \n \" \\"`, { A: '$a \\n " \\' }],
		[String.raw`A='\n'`, { A: "\\n" }],
		[`A=x"y"\nB="x"'y' z`, { A: 'x"y"', B: "xyz" }],
		["A=\nB", { A: "" }],
		["# not continued \\\nA=1\nB=2", { A: "1", B: "2" }],
		["A=$B ${C}", { A: "$B ${C}" }],
	])("%j", (text, expected) => expect(parseEnvironmentFile(text)).toEqual(expected));
});

it("the application's variables are kept without those of its start and of the launcher, and secrets are named", () => {
	const words = [
		"MODE=plain",
		"EMPTY=",
		"LINES=a=b\nc",
		"HOME=/var/lib/app",
		`PATH=${launchPath}`,
		"LANG=C",
		"LC_ALL=de_DE.UTF-8",
		"SHLVL=2",
		"SSH_CLIENT=192.0.2.1",
		"NOTIFY_SOCKET=/run/systemd/notify",
		"LISTEN_FDS=1",
		"DB_PASSWORD=x",
		"API_KEY=x",
		"MONKEY=banana",
		"UPSTREAM=http://user:word@example.test/",
		"nginx: worker process",
		"",
		"1X=2",
	];
	expect(keptEnvironment(words)).toEqual({
		pairs: ["MODE=plain", "EMPTY=", "LINES=a=b\nc", "HOME=/var/lib/app", "LC_ALL=de_DE.UTF-8", "MONKEY=banana"],
		leftOut: ["DB_PASSWORD", "API_KEY", "UPSTREAM"],
	});
});
