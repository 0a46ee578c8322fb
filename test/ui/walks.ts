import { Failure } from "../../src/core/failure.ts";
import type { Choice, SavedSessionState } from "../../src/wizard/choice.ts";
import { startState } from "../../src/wizard/state.ts";
import { fileTabs } from "../../src/wizard/steps/files/state.ts";
import { formFor } from "../../src/wizard/steps/form/fields.ts";
import { redis } from "./scripted-session.ts";
import { templateWalks } from "./template-walks.ts";
import { trialWalks } from "./trial-walks.ts";
import type { Walk } from "./walk.ts";

const words = "x".repeat(300);

function left(name: string, where: SavedSessionState): Choice {
	return { id: name, kind: "session", name, description: "", detail: `/usr/bin/${name} --option`, left: where };
}

const changedMuch = { name: "redis", ago: 7200, changed: 1234, example: "/usr/lib/x86_64-linux-gnu/libcrypto.so.3" };

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
			screen.type("\x1b[B\r");
			await screen.sees(screen.words.form.button);
			await seen("form");
			for (let field = 0; field < 17; field++) {
				screen.key("up");
				await seen(`form-${field}`);
			}
			screen.type("\x1b[6~\x1b[A ");
			await seen("form-more");
			screen.type(`\x1b[6~${"\x1b[A".repeat(5)}everything`);
			await screen.when(({ form }) => (form?.problems.length ?? 0) > 0);
			await seen("form-more-problem");
			screen.type("\x15");
			screen.type("\x1b[6~\r");
			await screen.sees(screen.words.trace.answering.slice(0, 12));
			await seen("trace");
			screen.type("e");
			await seen("trace-exercise");
			screen.type("curl localhost\r");
			await screen.sees("✗");
			await seen("trace-exercise-failed");
			for (const view of ["processes", "newest", "reached"] as const) {
				screen.key("tab");
				await seen(`trace-${view}`);
				screen.type("G");
				await seen(`trace-${view}-last`);
				screen.type("g");
			}
			screen.type("x");
			await screen.when((state) => state.trace?.exercises.some(({ command }) => command.includes("INFO")));
			await seen("trace-run-next");
			screen.type("jx");
			await seen("trace-signal-by-itself");
			screen.key("shift-tab");
			screen.key("enter");
			await screen.sees("[!] /etc/redis/tls.key");
			await seen("files");
			screen.key("space");
			await seen("files-secret");
			screen.type("yi");
			await seen("files-why");
			screen.type("q?");
			await seen("files-keys");
			screen.type("qG");
			await seen("files-last");
			screen.type("*");
			await seen("files-open");
			// Leaves out all libraries.
			screen.type("\x1b[Hjjjll ");
			await screen.sees(`[ ] ${screen.words.files.groups.libraries}`);
			await seen("files-many-out");
			screen.type("u\x1b[Hj b");
			await seen("files-bind");
			screen.type("n\x1b[H ");
			await seen("files-only-skipped");
			for (const tab of fileTabs) {
				screen.type("\t");
				await seen(`files-tab-${tab}`);
			}
			screen.type("/redis");
			await seen("files-search");
			screen.type("\r");
			await screen.sees("/etc/redis/redis.conf");
			screen.type("/");
			screen.key("escape");
			screen.type("g");
			await seen("files-pattern");
			screen.key("escape");
			screen.type("\r");
			await screen.sees("[passwd]");
			await seen("accounts");
			screen.type("j ");
			await seen("accounts-added");
			screen.type("G");
			await seen("accounts-last");
			screen.type("i");
			await seen("accounts-why");
			screen.type("qgj ");
			await seen("accounts-always-kept");
			screen.type("\t");
			await screen.sees("[group]");
			screen.type("gj ");
			await seen("accounts-asks");
			screen.type("n/long");
			await seen("accounts-search");
			screen.type("\x15nobody-like-this");
			await seen("accounts-search-nothing");
			screen.key("escape");
			screen.key("tab");
			await screen.sees("[nsswitch.conf]");
			await seen("accounts-nsswitch");
			screen.type("\r");
			await screen.sees(screen.words.build.title.slice(0, 20));
			await seen("build");
			for (let row = 1; row < 12; row++) {
				screen.key("down");
				await seen(`build-${row}`);
			}
			screen.type("G");
			await seen("build-last");
			screen.type("d");
			await screen.sees("--dry-run");
			await seen("build-dry-run");
			screen.type("qs");
			await screen.sees("redis-review.txt");
			await seen("build-save-where");
			screen.type("\r");
			await screen.sees("/root/redis-review.txt");
			await seen("build-saved");
			screen.type("\r");
			await screen.sees(screen.words.trial.declined);
			await seen("trial-missing");
			screen.type("\r");
			await screen.sees(screen.words.trial.notNeeded);
			await screen.sees("✓ 0");
			await seen("trial-answered");
			screen.type("\r");
			await screen.sees(screen.words.save.root);
			await seen("save");
			screen.type("jjjjj\r");
			await screen.sees("[Unit]");
			await seen("save-unit");
			screen.type("qG\r");
			await screen.sees("redis:ssl-cert");
			await seen("save-changes");
		},
	},
	{
		name: "failures and questions",
		script: {
			requirements: [{ what: "strace", package: "strace" }, { what: "util-linux", package: "util-linux" }, { what: "landlock" }],
			failures: {
				trace: new Failure("not-answered-on-host", { command: "/usr/bin/redis-server", probe: "redis-cli PING", words }, 1),
			},
		},
		async go(screen, seen) {
			await screen.sees("strace");
			await seen("requirements");
			screen.type("q");
			await seen("quit");
			screen.type("n\r");
			await screen.sees(screen.words.choose.title.slice(0, 20));
			screen.type("\x1b[B\r");
			await screen.sees(screen.words.form.button);
			screen.type("\r");
			await screen.sees("! /usr/bin/redis-server");
			await seen("trace-failed");
			screen.type("\x03");
			await screen.sees(screen.language === "de" ? "(j/n)" : "(y/n)");
			await seen("interrupted");
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
				screen.key("down");
			}
			await seen("session-4");
			screen.type("gd");
			await seen("session-discard");
			screen.type("n\r");
			await screen.sees(screen.words.form.button);
			await seen("session-changed");
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
					line: application.probes[0] ?? "",
					isWarning: true,
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
			screen.type("G");
			await seen("choose-missing");
			screen.type("\r");
			await screen.sees("postgresql-client");
			await seen("choose-install");
			screen.type("n\x1b[H\x1b[B");
			await seen("choose-running");
			screen.type("i");
			await seen("choose-why");
			screen.type("i\r");
			await screen.sees(screen.words.form.button);
			await seen("form-problems");
			screen.type("\x1b[5~\x1b[B\x1b[B\x1b[B\x14");
			await screen.sees("✗");
			await seen("form-tried");
			screen.type("\x07");
			await seen("form-keys");
			screen.type("\x07").key("escape");
			await screen.sees(screen.words.choose.title.slice(0, 20));
			screen.type("\x1b[F\x1b[A\r");
			await screen.sees(screen.words.form.button);
			screen.type("\x1b[5~\x1b[B\x1b[B\x1b[B");
			await screen.sees("4369");
			await seen("form-guess");
		},
	},
	{
		name: "another run",
		async go(screen, seen) {
			await screen.sees(screen.words.choose.title.slice(0, 20));
			screen.type("\x1b[B\r");
			await screen.sees(screen.words.form.button);
			screen.type("\x1b[6~\r");
			await screen.sees(screen.words.trace.answering.slice(0, 12));
			screen.store.dispatch({ type: "ticked", at: 1000 }, { type: "ticked", at: 8000 });
			await seen("trace-quiet");
			screen.type("r");
			await screen.sees(screen.words.trace.adding.slice(0, 4));
			await screen.sees(screen.words.trace.answering.slice(0, 12));
			await seen("trace-adding");
			screen.key("enter");
			await screen.sees("2 ");
			await screen.sees(screen.words.coverage.added.slice(0, 10));
			await seen("trace-added");
		},
	},
	...trialWalks,
	...templateWalks,
];
