import { Failure } from "../../src/base/failure.ts";
import type { Choice, SavedSessionState } from "../../src/wizard/state/choice.ts";
import { fileTabs } from "../../src/wizard/state/files-state.ts";
import { startState } from "../../src/wizard/state/state.ts";
import { formFor } from "../../src/wizard/steps/form/fields.ts";
import { homeWalks } from "./home-walks.ts";
import { redis } from "./scripted-session.ts";
import { trialWalks } from "./trial-walks.ts";
import { toForm, toTrace, type Walk } from "./walk.ts";

const words = "x".repeat(300);

function left(name: string, where: SavedSessionState): Choice {
	return { id: name, kind: "session", name, description: "", detail: `/usr/bin/${name} --option`, left: where };
}

const changedMuch = {
	id: "1234abcd",
	name: "redis",
	ago: 7200,
	changed: 1234,
	example: "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
};

const commands = Array.from(
	{ length: 30 },
	(_, line) => `Probe ${line}    curl -fsS --noproxy '*' http://127.0.0.1:8080/page-${line} | grep -q ok`,
);

const shop: Choice = {
	id: "template:shop",
	kind: "template",
	name: "shop",
	description: "The shop: pages and a till.",
	command: ["/usr/bin/shop", `\${folder}`],
	parameters: [
		{ name: "folder", kind: "path", title: "Directory of the pages, with an index.html" },
		{ name: "port", kind: "port", title: "Port to listen on", default: "8080" },
	],
	consent: { text: ["Command    /usr/bin/shop --serve", ...commands].join("\n"), hash: "5b1e" },
};

/** An imported template: its commands and parameters. */
const templateWalks: readonly Walk[] = [
	{
		name: "an imported template",
		script: { sessions: [shop] },
		async go(screen, seen) {
			await screen.sees("❯ shop");
			await seen("template-consent", "\r", "/usr/bin/shop");
			await seen("template-consent-end", "G");
			screen.type("y");
			await screen.when((state) => state.prompt?.kind === "parameter");
			await seen("template-parameter");
			screen.type("srv\r");
			await screen.when((state) => state.notice !== undefined);
			await seen("template-parameter-refused");
			screen.type("\x15/srv/pages\r");
			await screen.when((state) => state.prompt?.line.text === "8080");
			await seen("template-parameter-usual");
			await screen.typeUntil("\r", screen.words.form.button);
		},
	},
];

/**
 * Paths to every screen. Each screen is checked in both languages and at each size: it fits, nothing is cut off, it offers Back
 * and Quit. A new screen needs only a line here. Wait for changes that take time before `seen`. Snapshots are kept of all
 * screens except those whose name ends in a number.
 */
export const walks: readonly Walk[] = [
	{
		name: "the straight path",
		async go(screen, seen) {
			await screen.sees(screen.words.choose.title.slice(0, 20));
			await seen("choose");
			await seen("form", "\x1b[B\r", screen.words.form.button);
			for (let field = 0; field < 17; field++) await seen(`form-${field}`, "\x1b[A");
			await seen("form-more", "\x1b[6~\x1b[A ");
			screen.type(`\x1b[6~${"\x1b[A".repeat(5)}everything`);
			await screen.when(({ form }) => (form?.problems.length ?? 0) > 0);
			await seen("form-more-problem");
			screen.type("\x15");
			await seen("trace", "\x1b[6~\r", screen.words.trace.answering.slice(0, 12));
			await seen("trace-exercise", "e");
			await seen("trace-exercise-failed", "curl localhost\r", "✗");
			for (const view of ["processes", "newest", "reached"] as const) {
				await seen(`trace-${view}`, "\t");
				await seen(`trace-${view}-last`, "G");
				screen.type("g");
			}
			screen.type("x");
			await screen.when((state) => state.trace?.exercises.some(({ command }) => command.includes("INFO")));
			await seen("trace-run-next");
			await seen("trace-signal-by-itself", "jx");
			screen.type("\x1b[Z");
			await seen("files", "\r", "[!] /etc/redis/tls.key");
			await seen("files-secret", " ");
			await seen("files-why", "yi");
			await seen("files-keys", "q?");
			await seen("files-last", "qG");
			await seen("files-open", "*");
			// Leaves out all libraries.
			await seen("files-many-out", "\x1b[Hjjjll ", `[ ] ${screen.words.files.groups.libraries}`);
			await seen("files-bind", "u\x1b[Hj b");
			await seen("files-only-skipped", "n\x1b[H ");
			for (const tab of fileTabs) await seen(`files-tab-${tab}`, "\t");
			await seen("files-search", "/redis");
			await seen("files-inside", ".conf\rv", "\\x1b]0;evil");
			await seen("files-search-again", "q/\x15redis");
			await screen.typeUntil("\r", "/etc/redis/redis.conf");
			screen.type("/");
			screen.key("escape");
			await seen("files-pattern", "-");
			screen.key("escape");
			await seen("accounts", "\r", "[passwd]");
			await seen("accounts-added", "j ");
			await seen("accounts-last", "G");
			await seen("accounts-why", "i");
			await seen("accounts-always-kept", "qgj ");
			await screen.typeUntil("\t", "[group]");
			await seen("accounts-asks", "gj ");
			await seen("accounts-search", "n/long");
			await seen("accounts-search-nothing", "\x15nobody-like-this");
			screen.key("escape");
			await seen("accounts-nsswitch", "\t", "[nsswitch.conf]");
			await seen("build", "\r", screen.words.build.title.slice(0, 20));
			for (let row = 1; row < 12; row++) await seen(`build-${row}`, "\x1b[B");
			await seen("build-last", "G");
			await seen("build-dry-run", "d", "--dry-run");
			await seen("build-save-where", "qs", "redis-review.txt");
			await seen("build-saved", "\r", "/root/redis-review.txt");
			await seen("trial-missing", "\r", screen.words.trial.withheld);
			await seen("trial-secret", "\r", "/etc/redis/tls.key");
			await screen.typeUntil("y", screen.words.trial.notNeeded);
			await screen.sees("✓ 145");
			await seen("trial-answered");
			await screen.typeUntil("\r", screen.words.save.menu["save-export"]);
			await seen("save", "\r", screen.words.save.root);
			await seen("save-unit", "jjjjjjjjj\r", "[Unit]");
			await seen("save-changes", "qG\r", "redis:ssl-cert");
		},
	},
	{
		name: "failures and questions",
		script: {
			requirements: [{ what: "strace", package: "strace" }, { what: "util-linux", package: "util-linux" }, { what: "landlock" }],
			failures: {
				trace: new Failure("not-answered-in-sandbox", { command: "/usr/bin/redis-server", probe: "redis-cli PING", words }, 1),
			},
		},
		async go(screen, seen) {
			await screen.sees("strace");
			await seen("requirements");
			await seen("quit", "q");
			await toForm(screen.type("n\r"));
			await seen("trace-failed", "\r", "! /usr/bin/redis-server");
			await seen("interrupted", "\x03", screen.language === "de" ? "(j/n)" : "(y/n)");
		},
	},
	{
		name: "saved sessions",
		script: {
			sessions: [
				left("redis", { step: 3, ago: 7200 }),
				left("nginx-with-a-rather-long-name", { step: 6, ago: 200, holder: 4_194_304 }),
				left("1234abcd", { step: 1, ago: 86_400, problem: "damaged" }),
				left("\x1b[2J evil", { step: 1, ago: 60 * 86_400, problem: "newer" }),
			],
			resumed: { state: { ...startState, answers: redis, form: formFor(redis), screen: "form" }, whole: true, ...changedMuch },
		},
		async go(screen, seen) {
			await screen.sees(screen.words.choose.title.slice(0, 20));
			await screen.sees("❯ redis");
			for (const at of [1, 2, 3]) {
				await seen(`session-${at}`);
				screen.type("\x1b[B");
			}
			await seen("session-4");
			await seen("session-discard", "gd");
			await seen("session-changed", "n\r", screen.words.form.button);
		},
	},
	{
		name: "missing requirements, and a form with comments",
		script: {
			problems: ({ application }) => [
				{ field: "user", code: "account-unknown", values: { account: application.user ?? "" } },
				{
					field: "probe",
					code: "line-program-missing",
					values: { program: "redis-cli" },
					isWarning: true,
					line: application.probes[0] ?? "",
				},
			],
			attempts: [
				{ where: "host", ok: false, status: 7, output: "curl: (7) Failed to connect to 127.0.0.1 port 6379", timedOut: false },
				{
					where: "rehearsal",
					ok: false,
					status: 1,
					output: "",
					timedOut: false,
					ended: 1,
					printed: `${"x".repeat(300)}\n\x1b[2JFatal error, can't open config file`,
				},
			],
		},
		async go(screen, seen) {
			await screen.sees(screen.words.choose.title.slice(0, 20));
			await seen("choose-missing", "G");
			await seen("choose-install", "\r", "postgresql-client");
			await seen("choose-running", "n\x1b[H\x1b[B");
			await seen("choose-why", "i");
			await seen("form-problems", "i\r", screen.words.form.button);
			await seen("form-tried", "\x1b[5~\x1b[B\x1b[B\x1b[B\x14", "✗");
			await seen("form-keys", "\x07");
			screen.type("\x07").key("escape");
			await screen.sees(screen.words.choose.title.slice(0, 20));
			await screen.typeUntil("\x1b[F\x1b[A\r", screen.words.form.button);
			await seen("form-guess", "\x1b[5~\x1b[B\x1b[B\x1b[B", "4369");
		},
	},
	{
		name: "another run",
		async go(screen, seen) {
			await toTrace(screen);
			screen.store.dispatch({ type: "ticked", at: 1000 }, { type: "ticked", at: 8000 });
			await seen("trace-quiet");
			await screen.typeUntil("r", screen.words.trace.adding.slice(0, 4));
			await screen.sees(screen.words.trace.answering.slice(0, 12));
			await seen("trace-adding");
			await screen.typeUntil("\r", "2 ");
			await screen.sees(screen.words.coverage.added.slice(0, 10));
			await seen("trace-added");
		},
	},
	...trialWalks,
	...homeWalks,
	...templateWalks,
];
