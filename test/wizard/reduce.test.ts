import { describe, expect, test } from "vitest";
import type { Missing } from "../../src/plan/missing.ts";
import { readForm } from "../../src/wizard/steps/form/fields.ts";
import { itemsToAdd } from "../../src/wizard/steps/trial/selection.ts";
import { absent, redis } from "../ui/scripted-session.ts";
import { kernelFile, withheld } from "../ui/scripted-trial.ts";
import {
	answeredProbe,
	atBuild,
	atFiles,
	atForm,
	atTrace,
	atTrial,
	Drive,
	down,
	enter,
	finished,
	planned,
	safe,
	started,
	traced,
	tried,
} from "./drive.ts";

const probe = redis.application.probes[0] ?? "";

describe("the straight path", () => {
	test("runs one job after the other", () => {
		const wizard = new Drive().act({ type: "started" });
		expect(wizard.wanted()).toEqual(["home"]);
		wizard.answer({ job: "home", value: { cages: [], sessions: [] } });
		expect(wizard.wanted()).toEqual(["requirements"]);
		wizard.answer({ job: "requirements", value: [] });
		expect(wizard.wanted()).toEqual(["choices"]);
		const choices = (["demo", "template"] as const).map((kind) => ({ id: kind, kind, name: kind, description: "" }));
		wizard.answer({ job: "choices", value: choices }).type(down + enter);
		expect(wizard.intentions).toMatchObject([{ job: "propose", choice: { id: "template" } }]);
		wizard.forget().answer({ job: "propose", value: redis });
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["form", "validate"]);
		wizard.type(enter).answer({ job: "validate", value: [] });
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["trace", "validate", "trace"]);
		expect(wizard.happen(started, answeredProbe).type(enter).wanted()).toEqual(["finish-early"]);
		wizard.answer({ job: "trace", value: traced });
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["files", "plan"]);
		expect(planned(wizard).type(enter + enter).state.screen).toBe("build");
		expect(wizard.type(enter).wanted()).toEqual(["host-view", "host-view", "try"]);
		expect(wizard.happen({ event: "round-started", round: 1, rounds: 5 }).state.screen).toBe("trial");
		wizard.answer({ job: "try", value: tried(false, [absent]) }).type(enter);
		expect(wizard.wanted()).toEqual(["accept", "plan"]);
		expect(planned(wizard).wanted()).toEqual(["try"]);
		expect(wizard.answer({ job: "try", value: tried(true) }).wanted()).toEqual(["selftest"]);
		wizard.answer(safe).type(enter);
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["save"]);
		wizard.type(enter);
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["save", "finish"]);
		expect(wizard.answer({ job: "finish", value: finished }).type(enter).state.exit).toBe(0);
	});
});

describe("leaving", () => {
	test("no key works after the exit", () => {
		expect(
			atForm()
				.type("\x03\x03")
				.forget()
				.type(enter + enter)
				.wanted(),
		).toEqual([]);
	});

	test("q in a text field is a letter", () => {
		const { answers, question } = atForm().type("\x1b[5~q?/").state;
		expect([answers?.name, question]).toEqual(["redisq?/", undefined]);
	});
});

describe("the form", () => {
	test("back keeps the text", () => {
		expect(atForm().type("\x1b[5~x").press("escape").state).toMatchObject({ screen: "choose", answers: { name: "redisx" } });
	});

	test("a field with several values grows and shrinks", () => {
		const wizard = atForm();
		const probes = () => wizard.state.form?.rows.filter((row) => row.field === "probe").map((row) => row.line.text);
		expect(probes()).toEqual([probe, ""]);
		wizard.type("\x1b[5~").type(down.repeat(4)).type("true");
		expect(probes()).toEqual([probe, "true", ""]);
		expect(wizard.state.answers?.application.probes).toEqual([probe, "true"]);
		wizard.type("\x15").type(`${down}x\x7f`);
		expect(probes()?.filter((text) => text === "").length).toBe(1);
	});

	test("an invalid command is reported at its field, and Enter goes there", () => {
		const wizard = atForm().type(`\x1b[5~${down}; reboot`);
		expect(wizard.state.form?.problems).toMatchObject([{ field: "command", code: "shell-syntax" }]);
		expect(wizard.type(`\x1b[6~${enter}`).state).toMatchObject({ screen: "form", form: { cursor: 1 } });
	});

	test("a late result changes nothing", () => {
		const wizard = atForm();
		const late = {
			ticket: wizard.state.ticket,
			job: "validate",
			value: [{ field: "name", code: "bad-name", values: {} }],
		} as const;
		expect(wizard.type("\x1b[5~x").act({ type: "done", ...late }).state.form?.problems).toEqual([]);
	});

	test("returns the answers that it was made from", () => {
		const form = atForm().state.form;
		expect(form && readForm(form, redis)).toEqual({ answers: redis, problems: [] });
	});

	test("Space toggles fields with two values", () => {
		expect(atForm().type("\x1b[6~\x1b[A\x1b[A ").state.answers?.onHost).toBe(true);
	});
});

describe("tracing", () => {
	test("Esc cancels it and restores the form, and its late result is ignored", () => {
		const wizard = atTrace();
		const ticket = wizard.state.jobs.trace ?? 0;
		wizard.press("escape");
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["form", "cancel", "validate"]);
		expect(wizard.act({ type: "done", ticket, job: "trace", value: traced }).state.screen).toBe("form");
	});

	test("the same application is not traced twice, but another one is", () => {
		const wizard = atFiles().press("escape").press("escape").type("\x1b[6~").type(enter).answer({ job: "validate", value: [] });
		expect(wizard.wanted()).not.toContain("trace");
		wizard.type("\x1b[D").type("\x1b[5~x\x1b[6~").type(enter).answer({ job: "validate", value: [] });
		expect(wizard.wanted()).toContain("trace");
	});

	test("only the last lines of the output are kept", () => {
		const printed = (text: string) => ({ event: "output-received", text }) as const;
		const wizard = atTrace().happen(...Array.from({ length: 5000 }, (_, index) => printed(`line ${index}\n`)));
		const { output, outputOpen } = wizard.happen(printed("half a "), printed("line")).state;
		expect([output.length, output.at(-1), outputOpen]).toEqual([1000, "line 4999", "half a line"]);
	});
});

describe("building and trying", () => {
	test("a deselected fix is not added, and a cage that does not answer is not saved", () => {
		const wizard = atTrial(tried(false, [absent])).type(` ${enter}`);
		expect([wizard.state.notice?.code, ...wizard.wanted()]).toEqual(["nothing-to-accept"]);
		expect(wizard.type("c").wanted()).toEqual([]);
	});

	test("an offer is added only if it is selected", () => {
		const wizard = atTrial(tried(true, [absent]));
		const added = ["", " ", " "].map((key) => itemsToAdd(wizard.type(key).state));
		expect(added).toEqual([[], [absent], []]);
	});

	test("of items that only the cage requested, files are selected if the application does not answer, permissions are not", () => {
		const nice = { kind: "capability" as const, call: "setpriority", error: "EPERM", declined: false, unseen: true as const };
		const capability = { ...nice, remedy: { kind: "capability" as const, name: "sys_nice", round: 1, call: "setpriority" } };
		const wizard = atTrial(tried(false, [absent, capability]));
		expect(itemsToAdd(wizard.state)).toEqual([absent]);
		expect(itemsToAdd(wizard.type("j ").state)).toEqual([absent, capability]);
	});

	test("a permission is not preselected while something likelier can be added", () => {
		const about = { call: "bind", error: "EACCES", declined: false };
		const permission = (name: string, level: "said" | "last-call"): Missing => ({
			...about,
			kind: "capability",
			remedy: { kind: "capability", name, round: 1, call: "bind" },
			importance: level === "said" ? { level, line: "Permission denied" } : { level, before: 1 },
		});
		const likeliest = permission("net_bind_service", "said");
		const less = permission("chown", "last-call");
		expect(itemsToAdd(atTrial(tried(false, [likeliest, less])).state)).toEqual([likeliest]);
		expect(itemsToAdd(atTrial(tried(false, [absent, likeliest])).state)).toEqual([absent]);
		expect(itemsToAdd(atTrial(tried(false, [likeliest, absent])).state)).toEqual([likeliest, absent]);
		expect(itemsToAdd(atTrial(tried(false, [likeliest, withheld])).state)).toEqual([withheld]);
		// It can still be chosen.
		expect(itemsToAdd(atTrial(tried(false, [likeliest, withheld])).type(" ").state)).toEqual([likeliest, withheld]);
	});

	test("a secret is added only after a question, and without consent the rest is left to choose", () => {
		const asked = () => atTrial(tried(false, [withheld, kernelFile])).type(enter);
		expect([asked().state.question, ...asked().wanted()]).toMatchObject([{ kind: "secret", path: withheld.path }]);
		const consented = asked().type("y");
		expect(consented.state.answers?.rules.allowSecret).toEqual(["/etc/redis/tls.key"]);
		expect(consented.state.thenBuild).toBe(true);
		const refused = asked().type("n");
		expect([refused.state.question, itemsToAdd(refused.state), ...refused.wanted()]).toEqual([undefined, []]);
	});

	test("deliberately excluded items are never proposed", () => {
		expect(atTrial(tried(false, [{ ...absent, declined: true }])).type(" ").state.notice?.code).toBe("declined-by-you");
	});

	test("a failed build returns to the review with the reason", () => {
		const failure = { code: "disk-full", values: { path: "/var" } };
		expect(atBuild().type(enter).fail("try", failure).state).toMatchObject({ screen: "build", failure });
	});
});
