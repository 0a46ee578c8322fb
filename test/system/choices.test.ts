import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Machine } from "../../src/base/engine/context.ts";
import { noRules } from "../../src/service/application.ts";
import { distributionIds } from "../../src/service/host/packages.ts";
import { type Template, templateSchema } from "../../src/template/template.ts";
import { choiceOfTemplate, compareChoices, SystemChooser } from "../../src/wizard/verbs/chooser.ts";
import { bareApplication } from "../cage/plans.ts";
import { messagesIn } from "../texts.ts";

const folder = mkdtempSync(join(tmpdir(), "cagewright-choices-"));
afterAll(() => rmSync(folder, { recursive: true }));

const text = (one: string) => ({ en: one, de: one });
const [id = "debian"] = distributionIds();
const template = (program: string, client: string): Template => ({
	schema: templateSchema,
	name: "thing",
	title: text("Thing"),
	description: text("Things, as they are installed."),
	application: { ...bareApplication, command: [program] },
	rules: noRules,
	needs: { packages: { [id]: ["thing-server"] }, programs: [program, client] },
	parameters: {},
	alternatives: [],
	first: [],
	notes: [text("Mind the step.")],
	documentation: [],
});

test("a template names missing programs and the packages of this system that provide them", () => {
	expect(choiceOfTemplate(template("/nowhere/thing", "sh"), "en", []).missing).toEqual({
		programs: ["/nowhere/thing"],
		packages: ["thing-server"],
	});
	expect(choiceOfTemplate(template("/bin/sh", "no-such-client"), "en", []).missing?.programs).toEqual(["no-such-client"]);
	const here = choiceOfTemplate(template("/bin/sh", "sh"), "en", []);
	expect(here.missing).toBeUndefined();
	expect(here.advice).toEqual(["Mind the step."]);
});

test.each([
	["missing/review.txt", "no-such-directory"],
	["", "output-is-folder"],
])("a review in the unusable place %j is refused with the reason", async (place, code) => {
	const chooser = new SystemChooser({} as Machine, messagesIn("en"));
	await expect(chooser.saveReview(join(folder, place), "thing", [])).rejects.toMatchObject({ code, exit: 2 });
});

test("a template shows this machine's values for its placeholders", () => {
	const probes = [`"\${node}" -e 'probe' \${port}`];
	const { command, probes: shown } = choiceOfTemplate(
		{ ...template(`\${node}`, "sh"), application: { ...bareApplication, command: [`\${node}`, `\${demo}`], probes } },
		"en",
		[],
	);
	expect(command?.map((word) => word.slice(0, 1))).toEqual(["/", "/"]);
	expect(shown).toEqual([`"${command?.[0]}" -e 'probe' \${port}`]);
});

test("a template counts as running if its program listens", () => {
	const port = { protocol: "tcp", address: "0.0.0.0", port: 7000 } as const;
	const found = {
		name: "thing",
		reason: "unit",
		description: "",
		unit: "thing.service",
		pid: 42,
		ports: [port, { ...port, address: "::" }],
		application: { command: ["/bin/sh"] },
		startable: true,
		notes: [],
	} as const;
	expect(choiceOfTemplate(template("/bin/sh", "sh"), "en", [found])).toMatchObject({
		ports: ["tcp 7000"],
		pid: 42,
		unit: "thing.service",
	});
});

test("the demonstration comes first, and templates that are not installed last", () => {
	const choice = (name: string, kind: "demo" | "template" | "unit", isHere = true) => ({
		id: name,
		kind,
		name,
		description: "",
		command: ["/a"],
		...(isHere ? {} : { missing: { programs: ["/a"], packages: [] } }),
	});
	const sorted = [choice("a", "template", false), choice("b", "unit"), choice("c", "template"), choice("d", "demo")].sort(
		compareChoices,
	);
	expect(sorted.map(({ name }) => name)).toEqual(["d", "c", "b", "a"]);
});

test.each([
	['NAME="Debian"\nID=debian\n', ["debian"]],
	['ID="rocky"\nID_LIKE="rhel centos fedora"\n', ["rocky", "rhel", "centos", "fedora"]],
	["", []],
])("os-release %j", (content, ids) => {
	const file = join(folder, "os-release");
	writeFileSync(file, content);
	expect(distributionIds(file)).toEqual(ids);
	expect(distributionIds(join(folder, "none"))).toEqual([]);
});
