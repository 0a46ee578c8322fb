import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { arrowsOf } from "../../scripts/reference/rooms.ts";
import { probeCannotRun } from "../../src/probe/engine/probing.ts";
import type { CheckId } from "../../src/selftest/outside.ts";
import type { StoppingLayer } from "../../src/selftest/technique.ts";
import { checkFixes, fixes, layerFixes } from "../../src/wizard/fixes/fixes.ts";
import type { Problem } from "../../src/wizard/state/values.ts";
import { reviewRows } from "../../src/wizard/steps/build/review.ts";
import { catalogues } from "../texts.ts";
import { redis } from "../ui/scripted-session.ts";
import { atBuild, atForm, atTrace, atTrial, Drive, enter, planned, tried } from "./drive.ts";

const root = join(import.meta.dirname, "../..");
const option = /(^|[^\w-])--[a-z]/;

/** Codes whose text has no key, by the reason. */
const withoutFix: Readonly<Record<string, readonly string[]>> = {
	"The wizard never gives this option to a verb, so the text is not shown.": [
		"export-without-data",
		"export-needs-file",
		"export-needs-output",
		"minimise-not-asked",
		"minimise-keep-unmatched",
		"update-include-one",
		"update-names-or-all",
		"include-not-missed",
		"accept-one-cage",
		"until-without-accept",
		"for-needs-attach",
		"check-names-or-all",
		"add-same-application",
		"record-checksum-for-file",
		"record-name-or-all",
		"set-invalid",
		"set-without-template",
		"command-not-in-cage",
		"generation-in-use",
		"template-as-one",
		"template-built-in",
		"adopt-which-cage",
		"adopt-other-application",
		"selftest-needs-systemd",
		"selftest-own-unit",
		"unit-trial-needs-systemd",
		"unit-trial-own",
		"output-foreign",
		"alarms-unrecorded",
		"export-state-in-place",
		"nothing-before",
		"no-terminal",
		"no-json",
		"not-full-landlock",
		"weaker-landlock",
		"kubernetes-root",
		"watch-not-built",
		"watch-impossible",
		"watch-no-namespace",
		"not-frozen",
		"export-secrets",
		"export-secret-command",
		"adopt-dedicated",
		"configuration-conflict",
	],
	"The wizard asks this question itself, before.": [
		"minimise-unconfirmed",
		"adopt-consent",
		"template-unconfirmed",
		"template-there",
		"removal-unconfirmed",
		"session-removal-unconfirmed",
		"account-always-kept-dedicated",
		"account-always-kept-root",
		"account-always-kept-started-as",
	],
	"The state folder is opened before the wizard starts, and cannot change while it runs.": [
		"access-denied",
		"foreign-directory",
		"no-cages",
		"no-home",
		"nowhere-executable",
		"read-only-file-system",
	],
	"Only a backup or another build repairs it, which the cage's page offers.": ["data-gone", "manifest-damaged", "state-damaged"],
	"It is about the unit or service of a saved cage, which the cage's page installs and tests.": [
		"lockout-service",
		"require-without-run",
		"dropin-there",
		"unit-per-connection-own",
		"unit-without-sockets",
		"unit-not-refreshed",
		"unit-trial-skipped",
		"unit-trial-impossible",
		"unit-killed",
		"unit-trial-failed",
		"unit-trial-failed-silent",
		"unproven-handed-sockets",
		"rotation-removed",
		"rotation-not-refreshed",
	],
	"It is a bug to report.": ["internal"],
};

/** Texts without a code: where they are shown, and what follows their advice there. */
const shownElsewhere: readonly (readonly [path: RegExp, why: string])[] = [
	[/^cli\.plan\.(allow|offered|permissions)/, "In Files, Space takes the file or asks; in Build, the key takes the offer."],
	[/^reasons\./, "In Files, Space leaves the entry out."],
	[/^(cli|explain|foreign|record\.(checklist|parts)|templateProblems)\b/, "Printed by verbs and written to documents."],
	[/^record\.risks\./, "The cage's page lists the risks, and edits the plan."],
	[/^findings\./, "The cage's page accepts a finding, and edits the plan."],
	[/^selftest\.permissions\./, "It says which permission lets a technique through; Build has a row and a key for each."],
	[/^wizard\.build\.noLimits$/, "In Build, the key leads to the limits."],
	[/^wizard\.build\.dryRun$/, "The title of a page that prints a verb's output."],
	[/^wizard\.trial\.protection\.unmeasured$/, "Alarms can only be measured while the saved cage runs."],
	[/^wizard\.notices\.unit-installed$/, "The Save step's menu starts the unit."],
];

/** Returns all texts by key. A function counts with its source text. */
function texts(value: unknown, path = ""): [string, string][] {
	if (typeof value === "string") return [[path, value]];
	if (typeof value === "function") return [[path, String(value)]];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, one]) => texts(one, path === "" ? key : `${path}.${key}`));
}

/** Source files that the wizard loads, with their texts, and all others. */
function sources(): { readonly ofWizard: string; readonly others: string } {
	const arrows = arrowsOf(root).filter(({ from }) => !/(^|\/)(text|messages|cli)\//.test(from));
	const all = new Set(arrows.map(({ from }) => from));
	const reached = new Set([...all].filter((file) => file.startsWith("wizard/")));
	// A set may grow while it is walked.
	for (const file of reached) for (const { from, to } of arrows) if (from === file && all.has(to)) reached.add(to);
	const read = (files: readonly string[]) => files.map((file) => readFileSync(join(root, "src", file), "utf8")).join("\n");
	return { ofWizard: read([...reached]), others: read([...all].filter((file) => !reached.has(file))) };
}

describe("a message that advises an option", () => {
	const advising = (["en", "de"] as const).flatMap((language) =>
		texts(catalogues[language]).filter(([path, text]) => option.test(text) && !path.startsWith("cli.help")),
	);
	const codes = [...new Set(advising.flatMap(([path]) => /^(?:failures|notes)\.([^.]+)$/.exec(path)?.[1] ?? []))];

	test("has a key in the wizard, or a reason why it has none", () => {
		const { ofWizard, others } = sources();
		const isShown = (code: string) => ofWizard.includes(`"${code}"`) || !others.includes(`"${code}"`);
		const listed = Object.values(withoutFix).flat();
		const imported = /^(import|foreign|selftest-target|dedicated-account-foreign)/;
		expect(codes.length).toBeGreaterThan(100);
		expect(
			codes.filter((code) => isShown(code) && !Object.hasOwn(fixes, code) && !listed.includes(code) && !imported.test(code)),
		).toEqual([]);
	});

	test("is not listed without need", () => {
		const listed = Object.values(withoutFix).flat();
		expect(listed.filter((code) => Object.hasOwn(fixes, code) || !codes.includes(code))).toEqual([]);
		expect(new Set(listed).size).toBe(listed.length);
	});

	test("has its place if it has no code", () => {
		const rest = advising.filter(([path]) => !/^(failures|notes|help)\./.test(path));
		const layer = (path: string) => /^selftest\.closing\.stops\.(.+)$/.exec(path)?.[1] as StoppingLayer | undefined;
		const check = (path: string) => /^selftest\.closing\.checks\.([^.]+)/.exec(path)?.[1] as CheckId | undefined;
		const open = rest.filter(([path]) => {
			const [ofLayer, ofCheck] = [layer(path), check(path)];
			if (ofLayer) return !layerFixes[ofLayer];
			return ofCheck ? !checkFixes[ofCheck] : !shownElsewhere.some(([known]) => known.test(path));
		});
		expect(open).toEqual([]);
		expect(rest.length).toBeGreaterThan(100);
	});

	test("has a fix that belongs to a failure or note", () => {
		const known = { ...catalogues.en.failures, ...catalogues.en.notes };
		expect(Object.keys(fixes).filter((code) => !Object.hasOwn(known, code))).toEqual([]);
	});
});

const taken: Problem = { field: "name", code: "name-taken", values: { name: "redis-server", command: "/usr/bin/redis-server" } };
const fieldOf = ({ state: { form } }: Drive) => {
	const row = form?.rows[form.cursor];
	return row && [row.field, row.line.text];
};

describe("the key of a message", () => {
	test("proposes the first free name for a name that is taken", () => {
		const form = atForm({ ...redis, name: "redis-server" })
			.type(enter)
			.answer({ job: "validate", value: [taken] });
		expect(fieldOf(form)).toEqual(["name", "redis-server"]);
		expect(fieldOf(form.press("f4"))).toEqual(["name", "redis-server-2"]);
		expect(form.state.answers?.name).toBe("redis-server-2");
		expect(form.wanted()).toContain("validate");
	});

	test("leads to the account that was refused", () => {
		const refused: Problem = { field: "user", code: "account-unknown", values: { name: "nobody-here" } };
		const form = atForm()
			.type(enter)
			.answer({ job: "validate", value: [refused] })
			.press("pagedown");
		expect(fieldOf(form)).toBeUndefined();
		expect(fieldOf(form.type("f"))?.[0]).toBe("user");
	});

	test("leads from a failed trace to the probe that failed", () => {
		const probes = ["true", "redis-cli PING"];
		const answers = { ...redis, application: { ...redis.application, probes } };
		const wizard = atForm(answers).type(enter).answer({ job: "validate", value: [] });
		wizard.fail("trace", { code: "not-answered-on-host", values: { command: "redis-server", probe: "redis-cli PING" } });
		expect(fieldOf(wizard.type("f"))).toEqual(["probe", "redis-cli PING"]);
	});

	test("sets where it is traced, and the next trace happens there", () => {
		const wizard = atTrace().fail("trace", { code: "failed-only-in-sandbox", values: { command: "x", status: 1 } });
		expect(fieldOf(wizard.type("f"))).toEqual(["onHost", "yes"]);
		expect(wizard.state.answers?.onHost).toBe(true);
	});

	test("opens a further field with its proposal in a row of its own", () => {
		const wizard = atBuild()
			.type(enter)
			.fail("try", { code: "audit-danger", values: { finding: "added", path: "/etc/x" } });
		wizard.type("f");
		expect([wizard.state.screen, ...(fieldOf(wizard) ?? [])]).toEqual(["form", "acceptFinding", "added:/etc/x"]);
		expect(wizard.state.answers?.accepted).toEqual(["added:/etc/x"]);
	});

	test("leads from a note of the review to its field, and back to the review", () => {
		const wizard = atBuild();
		wizard.happen({ event: "warned", code: "exercise-timed-out", values: { seconds: 20, command: "sleep 60" } });
		while (wizard.state.cursors.build !== 40 && fixRow(wizard) !== "exercise-timed-out") wizard.press("down");
		expect(fieldOf(wizard.type("f"))).toEqual(["timeout", "40"]);
		expect(wizard.press("escape").state.screen).toBe("build");
	});

	test("leaves out the file that made the build fail", () => {
		const wizard = atBuild()
			.type(enter)
			.fail("try", { code: "source-hollow", values: { path: "/var/big", bytes: 1e12 } });
		expect(wizard.forget().type("f").wanted()).toEqual(["plan"]);
		expect(wizard.state.answers?.rules.exclude).toContain("/var/big");
		expect(planned(wizard).state.failure).toBeUndefined();
	});

	test("asks before it installs a program, with the command that will run", () => {
		const needed: Problem = {
			field: "probe",
			code: "line-program-missing",
			values: { program: "dig", package: "bind9-dnsutils" },
			line: redis.application.probes[0] ?? "",
			isWarning: true,
		};
		const form = new Drive().act({ type: "started", initial: redis }).answer({ job: "requirements", value: [] });
		form.answer({ job: "validate", value: [needed] }).type("f");
		const wanted = { programs: ["dig"], packages: ["bind9-dnsutils"] };
		expect(form.intentions.at(-1)).toMatchObject({ job: "installation", ...wanted });
		const command = "apt-get install bind9-dnsutils";
		form.answer({ job: "installation", value: { ...wanted, command, isAllowed: true } });
		expect(form.state.question).toEqual({ kind: "install", ...wanted, command });
		expect(form.forget().type("y").intentions).toMatchObject([{ job: "install", requirements: [{ package: "bind9-dnsutils" }] }]);
		expect(form.answer({ job: "install" }).wanted()).toContain("validate");
	});

	test("leads to the probe that cannot run, and not to the first one", () => {
		const probes = ["true", "sh -c 'dig x'"];
		const wizard = atForm({ ...redis, application: { ...redis.application, probes } }).type(enter);
		wizard.answer({ job: "validate", value: [] });
		const failure = probeCannotRun([{ command: "sh -c 'dig x'", ok: false, output: "sh: 1: dig: not found", status: 127 }]);
		wizard.fail("trace", { code: failure?.code ?? "", values: failure?.values ?? {} });
		expect(fieldOf(wizard.type("f"))).toEqual(["probe", "sh -c 'dig x'"]);
	});

	test("keeps its message until somebody agrees to install", () => {
		const failure = { code: "probe-program-missing", values: { program: "dig", package: "bind9-dnsutils" } };
		const wizard = atTrace().fail("trace", failure).type("f");
		const wanted = { programs: ["dig"], packages: ["bind9-dnsutils"] };
		wizard.answer({ job: "installation", value: { ...wanted, command: "apt-get install bind9-dnsutils", isAllowed: true } });
		expect(wizard.type("n").state).toMatchObject({ screen: "trace", failure });
	});

	test("does nothing without a message", () => {
		const before = atTrial(tried(true));
		expect(before.forget().type("f").wanted()).toEqual([]);
	});
});

function fixRow({ state }: Drive): string | undefined {
	return reviewRows(state)[state.cursors.build ?? 0]?.advised?.code;
}
