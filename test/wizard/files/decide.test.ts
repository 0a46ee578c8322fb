import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { matchPaths } from "../../../src/plan/rules.ts";
import { nothingPending } from "../../../src/wizard/state/files-state.ts";
import { pendingPlanOf, sumsNow, totalsNow, totalsOf } from "../../../src/wizard/steps/files/pending.ts";
import { selectedRow, visibleRows } from "../../../src/wizard/steps/files/visible-rows.ts";
import { planFor, redis } from "../../ui/scripted-session.ts";
import { type Drive, down, enter } from "../drive.ts";
import { atFiles, planned, rulesOf, select, selectRow } from "./at.ts";

const libraries = "/usr/lib/x86_64-linux-gnu/a-directory-with-a-rather-long-name";
const library = (index: number) => `${libraries}/libexample-${index}.so.${index}`;
const configuration = "/etc/redis/redis.conf";
const usual = totalsOf(planFor(redis));
const matches = (wizard: Drive, path: string) => matchPaths(rulesOf(wizard).exclude)(path as Path) !== undefined;

describe("one entry", () => {
	test("Down and Space in one read leave out the row below", () => {
		const wizard = select(atFiles(), library(0));
		const target = visibleRows(wizard.state)[(wizard.state.cursors.files ?? 0) + 5]?.path;
		wizard.type(`${down.repeat(5)} `);
		expect(rulesOf(wizard).exclude).toEqual([target]);
	});

	test("Space shows its effect at once, and again undoes it", () => {
		const wizard = select(atFiles(), configuration).type(" ");
		expect(totalsNow(wizard.state).leftOut).toBe(usual.leftOut + 1);
		expect(selectedRow(planned(wizard).state)?.path).toBe(configuration);
		expect(totalsNow(wizard.state).leftOut).toBe(usual.leftOut + 1);
		expect(rulesOf(wizard.type(" ")).exclude).toEqual([]);
	});

	test("Space twice before the new plan changes nothing", () => {
		const wizard = select(atFiles(), configuration).type("  ");
		expect([rulesOf(wizard).exclude, totalsNow(wizard.state)]).toEqual([[], usual]);
	});

	test.each([
		["/etc/redis/tls.key", "allowSecret"],
		["/usr/lib/dbus/helper", "allowSetuid"],
		["/dev/fuse", "devices"],
	] as const)("%s needs its own consent", (path, rule) => {
		const wizard = select(atFiles(), path).type(" ");
		expect(rulesOf(wizard)[rule]).toEqual([]);
		expect(wizard.state.question).toMatchObject({ text: path });
		expect(rulesOf(wizard.type("n"))[rule]).toEqual([]);
		expect(rulesOf(wizard.type(" y"))[rule]).toEqual([path]);
		expect(wizard.state.jobs.plan).toBeDefined();
		expect(rulesOf(planned(wizard).type(" "))[rule]).toEqual([]);
	});

	test("consent also removes the pattern that left it out", () => {
		const wizard = planned(select(atFiles(), configuration).type(`-${enter}`));
		select(wizard, "/etc/redis/tls.key").type(" y");
		expect(rulesOf(wizard).allowSecret).toEqual(["/etc/redis/tls.key"]);
		expect(["/etc/redis/tls.key", configuration].map((path) => matches(wizard, path))).toEqual([false, true]);
	});

	test.each([
		["a device that has to be there", " ", "/dev/null", "device-always"],
		["a generated file", " ", "/etc/passwd", "generated-always"],
		["a left-out secret of no package", "p", "/etc/redis/tls.key", "no-package"],
		["a left-out secret and its kind", "t", "/etc/redis/tls.key", "only-skipped"],
	])("%s stays as it is after '%s', and a notice says why", (_what, key, path, code) => {
		const wizard = select(atFiles(), path).type(key);
		expect([wizard.state.notice?.code, rulesOf(wizard)]).toEqual([code, redis.rules]);
	});
});

test("d places decoys, and again removes them; u undoes both", () => {
	const wizard = atFiles().type("d");
	expect(rulesOf(wizard).decoys).toEqual(["auto"]);
	expect(wizard.state.notice?.code).toBe("decoys-placed");
	expect(wizard.state.jobs.plan).toBeDefined();
	expect(rulesOf(planned(wizard).type("d")).decoys).toEqual([]);
	expect(rulesOf(wizard.type("u")).decoys).toEqual(["auto"]);
	expect(rulesOf(wizard.type("u")).decoys).toEqual([]);
});

describe("many at once", () => {
	test("a folder becomes one rule, and again undoes it", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type(" ");
		expect(rulesOf(wizard).exclude).toEqual([libraries]);
		expect(wizard.state.notice).toMatchObject({ code: "many-out", values: { count: 40 } });
		expect(rulesOf(planned(wizard).type(" ")).exclude).toEqual([]);
	});

	test("one match of a pattern can be included without the others", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type(" ");
		select(planned(wizard), library(3)).type(" ");
		expect([0, 1, 2, 3, 4, 39].filter((index) => !matches(wizard, library(index)))).toEqual([3]);
		expect(wizard.state.notice?.code).toBe("pattern-replaced");
	});

	test("secrets and setuid files are skipped and counted", () => {
		const wizard = selectRow(atFiles(), "secrets").type(" ");
		expect(rulesOf(wizard)).toEqual(redis.rules);
		expect(wizard.state.notice).toMatchObject({ code: "only-skipped", values: { skipped: 2 } });
		for (const keys of ["a", "t"]) {
			select(wizard, "/etc/redis/tls.key").type(keys);
			expect(rulesOf(wizard)).toMatchObject({ allowSecret: [], allowSetuid: [] });
		}
	});

	test("a applies to all matches of a search", () => {
		const wizard = atFiles().type(`/libexample-1${enter}a`);
		expect(rulesOf(wizard).exclude.length).toBe(11);
		expect([10, 20].map((index) => matches(wizard, library(index)))).toEqual([true, false]);
		// They stay visible, and the same key undoes it.
		expect(rulesOf(planned(wizard).type("a")).exclude).toEqual([]);
	});

	test("decided items stay in a filtered view, so that the next key hits the next row", () => {
		const wizard = atFiles().type("\t\t\t");
		expect(wizard.state.tab).toBe("in");
		const before = visibleRows(wizard.state).map(({ path }) => path);
		planned(select(wizard, library(2)).type(" "));
		expect(visibleRows(wizard.state).map(({ path }) => path)).toEqual(before);
		expect(rulesOf(wizard.type("j ")).exclude).toEqual(before.filter((path) => path === library(2) || path === library(20)));
	});

	test("p decides by package and t by kind", () => {
		expect(rulesOf(select(atFiles(), "/usr/bin/redis-server").type("p")).exclude).toEqual(["/usr/bin/redis-server"]);
		expect(select(atFiles(), library(0)).type("p").state.notice?.code).toBe("no-package");
		expect(selectRow(atFiles(), "libraries").type("t").state.notice?.code).toBe("no-kind");
		const kind = select(atFiles(), library(0)).type("t");
		expect(kind.state.notice).toMatchObject({ code: "many-out", values: { count: 43 } });
		expect(matches(kind, "/usr/bin/redis-server")).toBe(false);
	});

	test("a hyphen offers the folder of the selected entry as a pattern", () => {
		const wizard = select(atFiles(), configuration).type("-");
		expect(wizard.state.prompt?.line.text).toBe("/etc/redis/**");
		expect(rulesOf(wizard.type(enter)).exclude).toEqual(["/etc/redis/**"]);
		expect(wizard.state.notice).toMatchObject({ code: "many-out", values: { count: 2 } });
	});
});

describe("whole folders", () => {
	test("b cycles through read-only, writable and not mounted", () => {
		expect(select(atFiles(), "/dev/null").type("b").state.notice?.code).toBe("bind-never");
		const path = "/var/lib/redis";
		const wizard = select(atFiles(), path);
		const binds = [..."bbb"].map((key) => rulesOf(wizard.type(key)).binds);
		expect(binds).toEqual([[{ path, access: "ro" }], [{ path, access: "rw" }], []]);
	});

	test("a folder of others is mounted writable only after consent, and a place that the host executes never", () => {
		const path = "/var/lib/redis";
		const values = { path, trusted: path, source: "FHS", option: `--allow-write ${path}` };
		const atQuestion = () =>
			select(planned(select(atFiles(), path).type("b")), path)
				.type("b")
				.fail("plan", { code: "bind-others", values });
		const refused = atQuestion();
		expect(refused.state).toMatchObject({ question: { kind: "write", text: path } });
		expect(refused.state.failure).toBeUndefined();
		expect(rulesOf(refused)).toMatchObject({ binds: [{ path, access: "ro" }], allowWrite: [] });
		expect(rulesOf(atQuestion().type("n"))).toMatchObject({ binds: [{ path, access: "ro" }], allowWrite: [] });
		expect(rulesOf(refused.type("y"))).toMatchObject({ binds: [{ path, access: "rw" }], allowWrite: [path] });
		const executed = select(planned(select(atFiles(), path).type("b")), path)
			.type("b")
			.fail("plan", { code: "bind-executed", values });
		expect(executed.state).toMatchObject({ failure: { code: "bind-executed" } });
		expect(executed.state.question).toBeUndefined();
		expect(rulesOf(executed).binds).toEqual([{ path, access: "ro" }]);
	});

	test("a folder with a secret is mounted only after consent", () => {
		const wizard = select(atFiles(), configuration).type("b");
		expect(wizard.state.question).toMatchObject({ kind: "bind", text: "/etc/redis" });
		expect(rulesOf(wizard).binds).toEqual([]);
		expect(rulesOf(wizard.type("y")).binds).toEqual([{ path: "/etc/redis", access: "ro" }]);
	});

	test.each([" ", "e"])("'%s' toggles the host's content of a writable directory", (key) => {
		const wizard = select(atFiles(), "/var/lib/redis").type(key);
		expect(rulesOf(wizard).exclude).toEqual(["/var/lib/redis/*"]);
		expect(rulesOf(planned(wizard).type(key)).exclude).toEqual([]);
	});

	test("Space copies the host's content into a writable directory that starts empty", () => {
		expect(rulesOf(select(atFiles(), "/var/log/redis").type(" ")).seed).toEqual(["/var/log/redis"]);
	});

	test("e empties a folder but keeps it", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type("e");
		expect(rulesOf(wizard).exclude).toEqual([`${libraries}/*`]);
		expect([libraries, library(1)].map((path) => matches(wizard, path))).toEqual([false, true]);
		expect(totalsNow(wizard.state).leftOut).toBe(usual.leftOut + 40);
		expect(rulesOf(planned(wizard).type("e")).exclude).toEqual([]);
	});

	test("w proposes the selected folder", () => {
		expect(select(atFiles(), configuration).type("w").state.prompt?.line.text).toBe("/etc/redis");
	});

	test("an added device gets its own rule", () => {
		expect(rulesOf(atFiles().type(`+/dev/kvm${enter}`)).devices).toEqual(["/dev/kvm"]);
	});
});

describe("the next plan", () => {
	test("undoes a rule that makes it fail", () => {
		const wizard = atFiles().type(`+/nowhere${enter}`);
		expect(rulesOf(wizard).include).toEqual(["/nowhere"]);
		const failure = { code: "include-matches-nothing", values: { value: "/nowhere" } };
		expect(wizard.fail("plan", failure).state.failure).toEqual(failure);
		expect(rulesOf(wizard)).toBe(redis.rules);
		expect(wizard.type("u").state.notice?.code).toBe("nothing-to-undo");
	});

	test("delays Enter until it is ready", () => {
		const wizard = select(atFiles(), configuration).type(" ").type(enter);
		expect(wizard.state).toMatchObject({ screen: "files", notice: { code: "goes-on-once-planned" } });
		expect(planned(wizard).state.screen).toBe("accounts");
	});

	test("cancels Enter after another decision or a failure", () => {
		const wizard = select(atFiles(), configuration).type(` ${enter} `);
		expect(planned(wizard).state.screen).toBe("files");
		wizard.type(` ${enter}`).fail("plan", { code: "include-matches-nothing", values: { value: "/" } });
		expect([wizard.state.screen, wizard.state.goesOn]).toEqual(["files", undefined]);
	});

	test("counts included items and due decisions", () => {
		expect(usual).toMatchObject({ links: 1, devices: 1, attention: 3, leftOut: 3 });
	});

	test("confirms the sums of pending decisions", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type(" ");
		select(wizard, library(3)).type(" ");
		const before = pendingPlanOf(wizard.state.plan as Plan, wizard.state.files.pending);
		const after = pendingPlanOf(planFor(wizard.state.answers ?? redis), nothingPending);
		expect(before.totals).toEqual(after.totals);
		for (const group of before.tree.groups) {
			const same = after.tree.groups.find(({ id }) => id === group.id);
			expect(sumsNow(before, group), group.id).toEqual(same && sumsNow(after, same));
		}
	});
});

describe("Esc and Left", () => {
	test.each(["escape", "left"])("%s first clears the search and keeps the selected entry", (key) => {
		const wizard = atFiles().type(`/redis.conf${enter}`);
		expect(selectedRow(wizard.state)?.path).toBe(configuration);
		expect(wizard.press(key).state).toMatchObject({ screen: "files", queries: { files: "" } });
		expect(selectedRow(wizard.state)?.path).toBe(configuration);
		expect(wizard.press("escape").state.screen).toBe("trace");
	});
});
