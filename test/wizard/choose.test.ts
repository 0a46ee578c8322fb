import { describe, expect, test } from "vitest";
import type { Choice } from "../../src/wizard/choice.ts";
import { isMissing, selectedChoice, visibleChoices } from "../../src/wizard/steps/choose/reduce.ts";
import { atChoices, down, enter } from "./drive.ts";

const server = "/usr/lib/postgresql/17/bin/postgres";
const missing: Choice = {
	id: "template:postgresql",
	kind: "template",
	name: "postgresql",
	description: "PostgreSQL",
	command: [server],
	missing: { programs: [server, "pg_isready"], packages: ["postgresql", "postgresql-client"] },
};
const running: Choice = {
	id: "unit:redis-server.service",
	kind: "unit",
	name: "redis-server",
	description: "Advanced key-value store",
	command: ["/usr/bin/redis-server"],
	account: "redis",
	package: { name: "redis-server", version: "8" },
	ports: ["tcp 6379"],
};

describe("a program that is not installed", () => {
	test("can be installed, and the refreshed list keeps the cursor", () => {
		const wizard = atChoices(running, missing).type(down + enter);
		expect(wizard.state.question).toEqual({ kind: "install", ...missing.missing });
		wizard.wanted();
		wizard.type("y");
		expect(wizard.intentions).toMatchObject([
			{ job: "install", requirements: [{ package: "postgresql" }, { package: "postgresql-client" }] },
		]);
		wizard.answer({ job: "install" });
		const { missing: _, ...here } = missing;
		wizard.answer({ job: "choices", value: [here, running] });
		expect(selectedChoice(wizard.state)?.id).toBe(missing.id);
		expect(wizard.type(enter).wanted()).toContain("propose");
	});

	test("stays missing after a no", () => {
		const wizard = atChoices(missing).type(`${enter}n`);
		expect(wizard.state.question).toBeUndefined();
		expect(wizard.wanted()).not.toContain("install");
	});

	test("is reported if no package provides it", () => {
		const wizard = atChoices({ ...missing, missing: { programs: [server], packages: [] } }).type(enter);
		expect(wizard.state.notice?.code).toBe("not-installed");
	});

	test("does not block if only the probe's client is missing", () => {
		const client: Choice = { ...missing, missing: { programs: ["pg_isready"], packages: ["postgresql-client"] } };
		expect(isMissing(client)).toBe(false);
		expect(atChoices(client).type(enter).wanted()).toContain("propose");
	});
});

test.each(["6379", "redis", "advanced", "tcp 6379"])("a search for %s finds the service", (query) => {
	const wizard = atChoices(missing, running).type(`/${query}`);
	expect(visibleChoices(wizard.state)[0]?.id).toBe(running.id);
});

test("a search shows all matches", () => {
	const many = Array.from({ length: 25 }, (_, at) => ({ ...running, id: `unit:redis-${at}.service`, name: `redis-${at}` }));
	expect(visibleChoices(atChoices(...many).type("/redis").state).length).toBe(25);
});

test("clearing the search keeps the selected application", () => {
	const wizard = atChoices(missing, running).type(`/advanced${enter}`).press("escape");
	expect(wizard.state.queries.choose).toBe("");
	expect(selectedChoice(wizard.state)?.id).toBe(running.id);
});

describe("a typed command", () => {
	test("can be corrected if the program does not exist", () => {
		const wizard = atChoices(running).type("t/usr/bin/nosuch --x");
		wizard.wanted();
		expect(wizard.type(enter + enter).wanted()).toEqual(["propose"]);
		wizard.fail("propose", { code: "missing-program", values: { program: "/usr/bin/nosuch" } });
		expect(wizard.state).toMatchObject({ prompt: { kind: "command", line: { text: "/usr/bin/nosuch --x" } }, failure: {} });
		wizard.type("y");
		expect(wizard.state.prompt?.line.text).toBe("/usr/bin/nosuch --xy");
		expect(wizard.type(enter).wanted()).toEqual(["propose"]);
	});
});
