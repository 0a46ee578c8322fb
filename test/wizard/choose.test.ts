import { describe, expect, test } from "vitest";
import type { Choice } from "../../src/wizard/state/choice.ts";
import { emptyTrial } from "../../src/wizard/state/state.ts";
import type { FinishedCage } from "../../src/wizard/state/values.ts";
import { isMissing, selectedChoice, visibleChoices } from "../../src/wizard/steps/choose/reduce.ts";
import { saveItems } from "../../src/wizard/steps/save/reduce.ts";
import { redis } from "../ui/scripted-session.ts";
import { atChoices, atSave, type Drive, down, enter } from "./drive.ts";

const server = "/usr/lib/postgresql/17/bin/postgres";
const missing: Choice = {
	id: "template:postgresql",
	kind: "template",
	name: "postgresql",
	description: "PostgreSQL",
	command: [server],
	missing: { programs: [server, "pg_isready"], packages: ["postgresql", "postgresql-client"] },
};
const command = ["/usr/bin/redis-server"];
const running: Choice = {
	id: "unit:redis-server.service",
	kind: "unit",
	name: "redis-server",
	description: "Advanced key-value store",
	command,
	account: "redis",
	package: { name: "redis-server", version: "8" },
	ports: ["tcp 6379"],
};

const wanted = { programs: [server, "pg_isready"], packages: ["postgresql", "postgresql-client"] };
const installation = { command: "apt-get install -y postgresql postgresql-client", isAllowed: true };

describe("a program that is not installed", () => {
	test("can be installed, and the refreshed list keeps the cursor", () => {
		const wizard = atChoices(running, missing).type(down + enter);
		expect(wizard.intentions.at(-1)).toMatchObject({ job: "installation", ...wanted });
		wizard.answer({ job: "installation", value: { ...wanted, ...installation } });
		expect(wizard.state.question).toEqual({ kind: "install", ...wanted, command: installation.command });
		const requirements = [{ package: "postgresql" }, { package: "postgresql-client" }];
		expect(wizard.forget().type("y").intentions).toMatchObject([{ job: "install", requirements }]);
		const { missing: _, ...here } = missing;
		wizard.answer({ job: "install" }).answer({ job: "choices", value: [here, running] });
		expect(selectedChoice(wizard.state)?.id).toBe(missing.id);
		expect(wizard.type(enter).wanted()).toContain("propose");
	});

	test("stays missing after a no", () => {
		const wizard = atChoices(missing)
			.type(enter)
			.answer({ job: "installation", value: { ...wanted, ...installation } });
		expect([wizard.forget().type("n").state.question, ...wizard.wanted()]).toEqual([undefined]);
	});

	test("names the command for root if somebody else asks", () => {
		const wizard = atChoices(missing).type(enter);
		wizard.answer({ job: "installation", value: { ...wanted, ...installation, isAllowed: false } });
		expect(wizard.state.notice).toEqual({ code: "install-needs-root", values: { command: installation.command } });
	});

	test("is reported if no package provides it", () => {
		const wizard = atChoices({ ...missing, missing: { programs: [server], packages: [] } }).type(enter);
		expect(wizard.state.notice?.code).toBe("not-installed");
	});

	test("is offered before the trace if the probe needs it, and does not block", () => {
		const client: Choice = { ...missing, missing: { programs: ["pg_isready"], packages: ["postgresql-client"] } };
		expect(isMissing(client)).toBe(false);
		const asked = () => atChoices(client).type(enter);
		const value = { programs: ["pg_isready"], packages: ["postgresql-client"], instead: client, ...installation };
		expect(asked().answer({ job: "installation", value }).type("n").wanted()).toContain("propose");
		expect(asked().answer({ job: "installation", value }).type("y").wanted()).toContain("install");
		expect(
			asked()
				.answer({ job: "installation", value: { ...value, isAllowed: false } })
				.wanted(),
		).toContain("propose");
	});
});

test.each(["6379", "redis", "advanced", "tcp 6379"])("a search for %s finds the service", (query) => {
	const wizard = atChoices(missing, running).type(`/${query}`);
	expect(visibleChoices(wizard.state)[0]?.id).toBe(running.id);
});

test("a search shows all matches", () => {
	const many = Array.from({ length: 25 }, (_, at) => ({ ...running, id: `unit:redis-${at}.service`, name: `redis-${at}` }));
	expect(visibleChoices(atChoices(...many).type("/redis").state)).toHaveLength(25);
});

test("clearing the search keeps the selected application", () => {
	const wizard = atChoices(missing, running).type(`/advanced${enter}`).press("escape");
	expect(wizard.state.queries.choose).toBe("");
	expect(selectedChoice(wizard.state)?.id).toBe(running.id);
});

test("a typed command can be corrected if the program does not exist", () => {
	const wizard = atChoices(running).type("t/usr/bin/nosuch --x");
	expect(wizard.type(enter + enter).wanted()).toEqual(["propose"]);
	wizard.fail("propose", { code: "app-unknown", values: { name: "/usr/bin/nosuch" } });
	expect(wizard.state).toMatchObject({ prompt: { kind: "command", line: { text: "/usr/bin/nosuch --x" } }, failure: {} });
	expect(wizard.type("y").state.prompt?.line.text).toBe("/usr/bin/nosuch --xy");
	expect(wizard.type(enter).wanted()).toEqual(["propose"]);
});

const known: Choice = { id: "template:redis", kind: "template", name: "redis", description: "Redis", command };
const asking: Choice = {
	...known,
	parameters: [
		{ name: "folder", kind: "path", title: "Folder" },
		{ name: "port", kind: "port", title: "Port", default: "8080" },
	],
};
const foreign: Choice = { ...asking, consent: { text: "Command  /usr/bin/redis-server", hash: "abc" } };

describe("a template", () => {
	test("without parameters is proposed at once", () => expect(atChoices(known).type(enter).wanted()).toEqual(["propose"]));

	test("asks for its parameters one by one and passes on only changed values", () => {
		const drive = atChoices(asking).type(`${enter}/srv/pages${enter}`);
		expect(drive.state.prompt).toMatchObject({ kind: "parameter", line: { text: "8080" } });
		drive.type(enter);
		expect(drive.intentions).toMatchObject([{ job: "propose", choice: { values: { folder: "/srv/pages" } } }]);
		expect(drive.intentions).not.toHaveProperty("0.choice.values.port");
		expect(drive.state.asked).toBeUndefined();
	});

	test("rejects an invalid value, and Esc cancels", () => {
		const drive = atChoices(asking).type(`${enter}srv${enter}`);
		expect(drive.state.notice?.code).toBe("parameter-path");
		expect(drive.type(`\x15${enter}`).state.notice?.code).toBe("parameter-path");
		drive.press("escape");
		expect([drive.state.screen, drive.state.prompt, ...drive.wanted()]).toEqual(["choose", undefined]);
	});

	test("that was not accepted shows its commands and waits for consent", () => {
		const drive = atChoices(foreign).type(enter);
		expect(drive.state).toMatchObject({ overlay: "consent", texts: { consent: foreign.consent?.text } });
		drive.press("escape");
		expect([drive.state.overlay, ...drive.wanted()]).toEqual([undefined]);
		// Scrolling accepts nothing.
		drive.type(enter).act({ type: "measured", scrollEnd: 10, found: [] }).type("jjJ");
		expect(drive.state).toMatchObject({ overlay: "consent", scroll: 2 });
		expect(drive.press("escape").wanted()).toEqual([]);
		drive.type(`${enter}y/srv/x${enter}${enter}`);
		expect(drive.intentions).toMatchObject([{ job: "propose", choice: { accepts: "abc", values: { folder: "/srv/x" } } }]);
	});
});

test("a cage of a template can be compared with it", () => {
	const finished = { name: "redis", installs: false } as FinishedCage;
	const { template: _, ...alone } = redis;
	const trial = { ...emptyTrial, saved: true } as const;
	expect(saveItems({ finished, trial, answers: alone })).not.toContain("changes");
	expect(saveItems({ finished, trial, answers: redis })).toContain("changes");
});

/** Selects and confirms the item that saves a template. */
function saveTemplate(wizard = atSave()): Drive {
	wizard.type(`g${"j".repeat(saveItems(wizard.state).indexOf("template"))}${enter}${enter}`);
	expect(wizard.wanted()).toEqual(["template"]);
	return wizard;
}

test("a saved template that differs is replaced only after a confirmation", () => {
	const differs = { code: "template-there", values: { name: "redis" } };
	const wizard = saveTemplate().fail("template", differs);
	expect(wizard.state).toMatchObject({ question: { kind: "replace-template", name: "redis" } });
	expect(wizard.state.failure).toBeUndefined();
	expect(wizard.type("n").wanted()).toEqual([]);
	saveTemplate(wizard).fail("template", differs).type("y");
	expect(wizard.intentions).toMatchObject([{ job: "template", name: "redis", replace: true }]);
});

test("saving a template over a built-in one is reported", () => {
	const save = (hidesBuiltIn: boolean) =>
		saveTemplate().answer({ job: "template", value: { name: "redis", path: "/t/redis.json", hidesBuiltIn } }).state;
	expect(save(false)).toMatchObject({ notice: { code: "template-saved" }, template: { name: "redis" } });
	expect(save(true)).toMatchObject({ notice: { code: "template-saved-over", values: { name: "redis" } } });
});

test.each([
	["a typed command disappears with its prompt", `t/x${enter}`, "escape"],
	["a choice disappears when the cursor moves", enter, "down"],
])("the failure of %s", (_, keys, left) => {
	const failure = { code: "program-not-found", values: { program: "/x" } };
	const wizard = atChoices(running, missing).type(keys).fail("propose", failure);
	expect(wizard.state.failure?.code).toBe("program-not-found");
	expect(wizard.press(left).state.failure).toBeUndefined();
});
