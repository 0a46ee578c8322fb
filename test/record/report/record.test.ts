import { describe, expect, test } from "vitest";
import { pathFromBytes, pathFromText } from "../../../src/base/path/path.ts";
import { printable } from "../../../src/base/path/quote.ts";
import type { CageRecord } from "../../../src/record/record.ts";
import { recordMarkdown } from "../../../src/record/report/markdown.ts";
import { entry, writable } from "../../cage/plans.ts";
import { made, manifestEntry } from "../../make/report/made.ts";
import { messagesIn } from "../../texts.ts";
import { place, recordFor } from "./records.ts";

const record = (
	parts: Parameters<typeof recordFor>[0] = {},
	history: string[] = [],
	where = place,
	language: "en" | "de" = "en",
) => recordMarkdown(recordFor(parts, history, where), messagesIn(language));

/** Splits a table row into cells as GitHub's Markdown does: an unescaped `|` ends a cell. */
function cells(line: string): string[] {
	return [...line.matchAll(/((?:\\[\s\S]|[^\\|])*)\|/g)].slice(1).map(([, content]) => (content ?? "").trim());
}

/** Returns the visible text of a cell or list item: code spans unchanged, other text without escapes. */
function shown(markdown: string): string {
	let seen = "";
	for (let rest = markdown; rest !== ""; ) {
		const span = /^(`+)(?!`)([\s\S]*?[^`])\1(?!`)/.exec(rest);
		const [all = "", text = ""] = span ? [span[0], span[2]] : (/^\\(.)/s.exec(rest) ?? [rest[0], rest[0]]);
		seen += span ? text.replace(/^ (.*[^ ].*) $/s, "$1") : text;
		rest = rest.slice(all.length);
	}
	return seen;
}

/** Returns the text outside code spans without escaped characters, which is everything that can be markup. */
const markup = (markdown: string): string => markdown.replace(/(?<!\\)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "").replace(/\\./gs, "");

const hostile = [
	"a|b",
	"a\\|b",
	"a\\",
	"`code`",
	"``` fence",
	"`",
	" padded ",
	"<script>alert(1)</script>",
	"<img src=x onerror=y>",
	"![x](http://y)",
	"[link](javascript:x)",
	"**bold** _it_ ~~s~~",
	"&lt;b&gt;",
	"line\n# heading\n\n| a | b |",
	"\x1b[2J",
	"a\u202eb",
	"--- | ---",
];

test("the record contains the plan's notes, such as why files may be missing", () => {
	const notes = [{ code: "gap-start-up", values: {} }];
	expect(record({ plan: { notes } })).toContain("- The trace began after the application had started.");
	expect(record({ plan: { notes } }, [], place, "de")).toContain("- Die Beobachtung begann erst nach dem Start der Anwendung.");
});

const raised = {
	en: "of 96 escape techniques that the filter, Landlock or a missing capability refused, 94 raised an alarm, within 100 ms",
	de: "Von 96 Ausbruchstechniken, die der Filter, Landlock oder eine fehlende Capability verweigerte, lösten 94 einen Alarm aus",
};
test.each([
	["en", raised.en, "2 of 96 escape techniques"],
	["de", raised.de, "2 von 96 Ausbruchstechniken"],
] as const)("the record says which attacks raise an alarm, and which stay silent (%s)", (language, measured, silent) => {
	const at = "2026-01-01T00:00:00.000Z";
	const alarms = { at, generation: 1, filtered: 96, raised: 94, slowest: 0.1, silent: ["clone3-user", "io-uring"] };
	const alarmService = { installed: true, active: true, covers: true };
	const text = recordMarkdown(recordFor({ cage: { alarms } }, [], place, { alarmService }), messagesIn(language));
	expect(text).toContain(measured);
	expect(text).toContain(silent);
	expect(text).toContain("clone3-user, io-uring");
	// Another generation may have another filter.
	const elsewhere = { cage: { alarms: { ...alarms, generation: 2 } } };
	const other = recordMarkdown(recordFor(elsewhere, [], place, { alarmService }), messagesIn(language));
	expect(other).not.toContain(measured);
	expect(other).not.toContain("clone3-user");
});

test("the record lists files that were proven unnecessary, and the extent of the proof", () => {
	const at = "2026-01-01T00:00:00.000Z";
	const minimised = { at, probes: 1, exercises: 0, signals: 2, trials: 9, isComplete: false, paths: [] };
	const reasons = [{ kind: "unneeded", at, probes: 1, exercises: 0 }] as const;
	const owner = { package: { name: "tzdata", version: "1" } };
	const entries = [
		entry("/usr/share/zoneinfo/Asia", { decision: "declined", size: 2000, reasons, ...owner }),
		entry("/lib/link", { decision: "declined", kind: "symlink", reasons }),
		entry("/etc/kept"),
	];
	const text = record({ plan: { entries }, cage: { minimised } });
	expect(text).toContain("9 trials showed that 1 file is unnecessary (2 kB)");
	expect(text).toContain("Without it, 1 probe, 0 exercises, 2 signals and three starts succeeded.");
	expect(text).toContain("stopped before every file was decided");
	expect(text).toMatch(/\| time zones \| 1 \| 2 kB \|/);
	expect(text).toMatch(/\| tzdata \| 1 \| 2 kB \|/);
	expect(text).toMatch(/medium \| 1 file was left out because 1 probe and 0 exercises did not need it/);
	const german = record({ plan: { entries }, cage: { minimised } }, [], place, "de");
	expect(german).toContain("zeigten 9 Erprobungen, dass 1 Datei unnötig ist");
	expect(record({ plan: { entries: [entry("/etc/kept")] }, cage: { minimised } })).not.toContain("unnecessary");
});

test("the record names covered and unused modules, missing stages and paths missed in production", () => {
	const group = { reached: 0, of: 0, untouched: [] };
	const modules = { reached: 1, of: 3, untouched: ["/usr/lib/x/a.so", "/usr/lib/x/b.so"].map(pathFromText) };
	const groups = { programs: group, modules, configuration: group, data: group };
	const at = "2026-01-01T00:00:00.000Z";
	const values: Partial<CageRecord> = {
		coverage: { packages: [{ name: "x", version: "1" }], groups },
		life: [{ stage: "start", cameUp: true } as const, { stage: "reload", cameUp: false, by: "SIGHUP" } as const],
		next: [{ kind: "command", command: "curl -u me:hunter2 http://localhost/", shows: "head" }],
		watched: { since: at, until: at, seconds: 86_400, missed: [pathFromText("/usr/share/late")] },
	};
	const text = recordMarkdown(recordFor({}, [], place, values), messagesIn("en"));
	expect(text).toMatch(/\| modules \| 1 \| 3 \| `\/usr\/lib\/x\/`: `a\.so`, `b\.so` \|/);
	expect(text).toContain("Not traced: reload (SIGHUP)");
	expect(text).toContain("24 h in all. Missing paths: 1.");
	expect(text).toContain("/usr/share/late");
	expect(text).not.toContain("hunter2");
	expect(record()).toContain("Not watched in production");
});

describe("names cannot become markup", () => {
	test.each(hostile)("with %j as path, target, rule and call", (text) => {
		const path = pathFromText(`/srv/${text}`);
		const entries = [
			manifestEntry("/x", { path, reasons: [{ kind: "rule", rule: "include", value: text }] }),
			manifestEntry("/l", { kind: "symlink", target: path, reasons: [{ kind: "trial", round: 1, call: text }] }),
			manifestEntry("/dev/x", { path, kind: "device", device: { type: "c", major: 1, minor: 3 } }),
		];
		const written = record({ entries });
		const rows = written.split("\n").filter((line) => line.startsWith("| ") && line.includes("srv"));
		expect(rows.map((row) => cells(row).length)).toEqual([3, 9, 9, 9]);
		const show = printable(`/srv/${text}`);
		expect(rows.map((row) => shown(cells(row)[0] ?? ""))).toEqual([show, show, `/l → ${show}`, show]);
		expect(shown(cells(rows[1] ?? "").at(-1) ?? "")).toContain(printable(text));
	});
	test.each(hostile)("with %j as any other value from outside", (text) => {
		const application = { ...made().cage.application, command: ["/bin/app", text], cwd: `/${text}` };
		const users = [{ name: text, uid: 1, gid: 1, home: "/", reason: "started-as" }];
		const groups = [{ name: text, gid: 1, members: [], reason: "started-as" }];
		const parts: Parameters<typeof made>[0] = {
			cage: { name: text, template: text, application },
			plan: {
				writable: [writable(`/${text}`, { reasons: [{ kind: "traced", calls: [text], program: pathFromText(text) }] })],
				declined: [{ path: pathFromText(`/${text}`), risk: "secret" }],
				accounts: { users, groups, usersLeftOut: 1, groupsLeftOut: 1 },
				permissions: { capabilities: [{ name: "chown", why: text }] },
				notes: [{ code: "abstract-sockets", values: { names: text } }],
				identity: { ...made().plan.identity, name: text },
			},
			entries: [manifestEntry("/usr/bin/app", { package: { name: text, version: text } })],
			trial: {
				added: [text, text],
				probes: [{ command: text, ok: false }],
				missing: [{ kind: "absent", what: text, call: text, error: text, declined: true }],
			},
		};
		const written = record(parts, [text], { root: `/${text}`, data: `/${text}`, who: text });
		expect(written.match(/^#/gm)?.length).toBe(record().match(/^#/gm)?.length);
		expect(markup(written)).not.toMatch(/[<>[\]*~&]|!\[/);
		expect(written).not.toMatch(/[\p{Cf}\p{Zl}]|(?!\n)\p{Cc}/u);
		for (const block of written.split("\n\n").filter((lines) => lines.startsWith("|"))) {
			const widths = block.split("\n").map((line) => cells(line).length);
			expect([block, new Set(widths).size]).toEqual([block, 1]);
		}
		const lines = written.split("\n");
		const line = (start: string) => shown(lines.find((one) => one.startsWith(start))?.slice(start.length) ?? "");
		expect(line("- failed: ")).toBe(printable(text));
		expect(line("- Working directory: ")).toBe(printable(`/${text}`));
		expect(line("- Made by (system account): ")).toBe(printable(text));
		expect(shown(written.trimEnd().split("\n").at(-1)?.slice(2) ?? "")).toBe(printable(text));
	});
});

test("a command with a pipe is shown as it was typed", () => {
	const probes = [{ command: "curl x | grep -q y", ok: true }];
	expect(record({ trial: { probes } })).toContain("\n- passed: `curl x | grep -q y`\n");
});

test("the record contains no environment values, because they may be secrets", () => {
	const application = { ...made().cage.application, env: { TOKEN: "hunter2-value", PATH: "/very/special" } };
	for (const language of ["en", "de"] as const) {
		const written = record({ cage: { application }, plan: { application } }, [], place, language);
		expect(written).not.toContain("hunter2");
		expect(written).not.toContain("/very/special");
	}
});

test("the record lists every entry with kind, owner, origin and reason", () => {
	const traced = { kind: "traced", calls: ["execve"], program: pathFromText("/usr/bin/app") } as const;
	const reasons = [traced, { kind: "needed-by", by: pathFromText("/x") } as const];
	const entries = [
		manifestEntry("/usr/bin/app", { mode: 0o755, sha256: "ab12", package: { name: "app", version: "1:2.3-4" }, reasons }),
		manifestEntry("/", { path: pathFromBytes(Buffer.from("/\xff", "latin1")), uid: 33, gid: 4, mode: 0 }),
	];
	const rows = record({ entries })
		.split("\n")
		.filter((line) => line.startsWith("| `/"));
	expect(rows.map((row) => cells(row).map(shown))).toEqual([
		["/usr/bin/app", "file", "0755", "0:0", "0 B", "app 1:2.3-4", "ab12", "same path", expect.stringMatching(/execve.*; .*\/x/)],
		["/\\xff", "file", "0000", "33:4", "0 B", "", "", "same path", expect.any(String)],
	]);
});

test("the record contains excluded items, permissions and trials in both languages", () => {
	const permissions = { capabilities: [{ name: "chown", why: "fchown" }], unixSockets: "AF_UNIX" };
	const missing = [{ kind: "capability", what: "setgroups", call: "setgroups", error: "EPERM", declined: false }] as const;
	const parts: Parameters<typeof made>[0] = {
		plan: { declined: [{ path: pathFromText("/etc/key"), risk: "secret" }], permissions },
		trial: { answered: false, missing },
	};
	for (const language of ["en", "de"] as const) {
		const written = record(parts, ["made"], place, language);
		for (const word of ["/etc/key", "chown", "fchown", "setgroups", "EPERM", "made", place.root, place.data, "ann (sudo, root)"])
			expect(written).toContain(word);
		expect(written).not.toMatch(/undefined|\[object|NaN/);
	}
	expect(record(parts)).not.toBe(record(parts, [], place, "de"));
});

test("an empty table is omitted", () => expect(record()).not.toMatch(/\| --- \|\n\n/));

test("limits name their enforcement, and refused permissions are listed next to granted ones", () => {
	const memory = { kind: "memory", value: 1 << 26, by: "cgroup" } as const;
	const limits = [memory, { kind: "files", value: 64, by: "rlimit" } as const];
	const measured = { inside: true, seccomp: true, noNewPrivileges: true, capabilities: [], namespaces: [], limits };
	const refused = [{ name: "writable-code", why: "mprotect(PROT_EXEC)" }];
	const permissions = { capabilities: [], memfd: "memfd_create", refused };
	const text = record({ trial: { measured }, manifest: { permissions } });
	expect(text).toContain("| memory | 67.1 MB | a cgroup, for the whole cage |");
	expect(text).toContain("| open files per process | 64 | a resource limit, for each process |");
	expect(text).toContain("| `writable-code` | mprotect(PROT\\_EXEC) |");
});
