import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/core/path/path.ts";
import { matchPaths } from "../../../src/core/plan/rules.ts";
import { nothingPending, pendingPlanOf, sumsNow, totalsNow, totalsOf } from "../../../src/wizard/steps/files/pending.ts";
import { selectedRow, visibleRows } from "../../../src/wizard/steps/files/visible-rows.ts";
import { planFor, redis } from "../../ui/scripted-session.ts";
import { down, enter } from "../drive.ts";
import { atFiles, planned, rulesOf, select, selectRow } from "./at.ts";

const libraries = "/usr/lib/x86_64-linux-gnu/a-directory-with-a-rather-long-name";
const library = (index: number) => `${libraries}/libexample-${index}.so.${index}`;

describe("one entry", () => {
	test("Down and Space in one read leave out the row below", () => {
		const wizard = select(atFiles(), library(0));
		const target = visibleRows(wizard.state)[(wizard.state.cursors.files ?? 0) + 5]?.path;
		wizard.type(`${down.repeat(5)} `);
		expect(rulesOf(wizard).exclude).toEqual([target]);
	});

	test("Space shows its effect at once, and again undoes it", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type(" ");
		expect(totalsNow(wizard.state).leftOut).toBe(totalsOf(planFor(redis)).leftOut + 1);
		planned(wizard);
		expect(selectedRow(wizard.state)?.path).toBe("/etc/redis/redis.conf");
		expect(totalsNow(wizard.state).leftOut).toBe(totalsOf(planFor(redis)).leftOut + 1);
		wizard.type(" ");
		expect(rulesOf(wizard).exclude).toEqual([]);
	});

	test("Space twice before the new plan changes nothing", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type("  ");
		expect(rulesOf(wizard).exclude).toEqual([]);
		expect(totalsNow(wizard.state)).toEqual(totalsOf(planFor(redis)));
	});

	test.each([
		["/etc/redis/tls.key", "allowSecret"],
		["/usr/lib/dbus/helper", "allowSetuid"],
		["/dev/fuse", "devices"],
	] as const)("%s needs its own consent", (path, rule) => {
		const wizard = select(atFiles(), path).type(" ");
		expect(rulesOf(wizard)[rule]).toEqual([]);
		expect(wizard.state.question).toMatchObject({ text: path });
		wizard.type("n");
		expect(rulesOf(wizard)[rule]).toEqual([]);
		wizard.type(" y");
		expect(rulesOf(wizard)[rule]).toEqual([path]);
		expect(wizard.state.jobs.plan).toBeDefined();
		planned(wizard).type(" ");
		expect(rulesOf(wizard)[rule]).toEqual([]);
	});

	test("consent also removes the pattern that left it out", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type(`g${enter}`);
		planned(wizard);
		select(wizard, "/etc/redis/tls.key").type(" y");
		expect(rulesOf(wizard).allowSecret).toEqual(["/etc/redis/tls.key"]);
		expect(matchPaths(rulesOf(wizard).exclude)("/etc/redis/tls.key" as Path)).toBeUndefined();
		expect(matchPaths(rulesOf(wizard).exclude)("/etc/redis/redis.conf" as Path)).toBeDefined();
	});

	test.each([
		["/dev/null", "device-always"],
		["/etc/passwd", "generated-always"],
	])("%s has to be there and stays", (path, code) => {
		const wizard = select(atFiles(), path).type(" ");
		expect(wizard.state.notice?.code).toBe(code);
		expect(rulesOf(wizard)).toEqual(redis.rules);
	});
});

test("d places decoys, and again removes them; u undoes both", () => {
	const wizard = atFiles().type("d");
	expect(rulesOf(wizard).decoys).toEqual(["auto"]);
	expect(wizard.state.notice?.code).toBe("decoys-placed");
	expect(wizard.state.jobs.plan).toBeDefined();
	planned(wizard).type("d");
	expect(rulesOf(wizard).decoys).toEqual([]);
	wizard.type("u");
	expect(rulesOf(wizard).decoys).toEqual(["auto"]);
	wizard.type("u");
	expect(rulesOf(wizard).decoys).toEqual([]);
});

describe("many at once", () => {
	test("a folder becomes one rule, and again undoes it", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type(" ");
		expect(rulesOf(wizard).exclude).toEqual([libraries]);
		expect(wizard.state.notice).toMatchObject({ code: "many-out", values: { count: 40 } });
		planned(wizard).type(" ");
		expect(rulesOf(wizard).exclude).toEqual([]);
	});

	test("one match of a pattern can be included without the others", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type(" ");
		select(planned(wizard), library(3)).type(" ");
		const excluded = matchPaths(rulesOf(wizard).exclude);
		expect(excluded(library(3) as Path)).toBeUndefined();
		for (const index of [0, 1, 2, 4, 39]) expect(excluded(library(index) as Path), String(index)).toBeDefined();
		expect(wizard.state.notice?.code).toBe("pattern-replaced");
	});

	test("secrets and setuid files are skipped and counted", () => {
		const wizard = selectRow(atFiles(), "secrets").type(" ");
		expect(rulesOf(wizard)).toEqual(redis.rules);
		expect(wizard.state.notice).toMatchObject({ code: "only-skipped", values: { skipped: 2 } });
		for (const keys of ["a", "t"]) {
			select(wizard, "/etc/redis/tls.key").type(keys);
			expect(rulesOf(wizard).allowSecret).toEqual([]);
			expect(rulesOf(wizard).allowSetuid).toEqual([]);
		}
	});

	test("a applies to all matches of a search", () => {
		const wizard = atFiles().type(`/libexample-1${enter}a`);
		expect(rulesOf(wizard).exclude.length).toBe(11);
		expect(matchPaths(rulesOf(wizard).exclude)(library(10) as Path)).toBeDefined();
		expect(matchPaths(rulesOf(wizard).exclude)(library(20) as Path)).toBeUndefined();
		// They stay visible, and the same key undoes it.
		planned(wizard).type("a");
		expect(rulesOf(wizard).exclude).toEqual([]);
	});

	test("decided items stay in a filtered view, so that the next key hits the next row", () => {
		const wizard = atFiles().type("\t\t\t");
		expect(wizard.state.tab).toBe("in");
		const before = visibleRows(wizard.state).map(({ path }) => path);
		select(wizard, library(2)).type(" ");
		planned(wizard);
		expect(visibleRows(wizard.state).map(({ path }) => path)).toEqual(before);
		wizard.type("j ");
		expect(rulesOf(wizard).exclude).toEqual(
			[library(2), library(20)].sort((a, b) => before.indexOf(a as Path) - before.indexOf(b as Path)),
		);
	});

	test("p decides by package and t by kind", () => {
		const wizard = select(atFiles(), "/usr/bin/redis-server").type("p");
		expect(rulesOf(wizard).exclude).toEqual(["/usr/bin/redis-server"]);
		expect(select(atFiles(), library(0)).type("p").state.notice?.code).toBe("no-package");
		expect(selectRow(atFiles(), "libraries").type("t").state.notice?.code).toBe("no-kind");
		const kind = select(atFiles(), library(0)).type("t");
		expect(kind.state.notice).toMatchObject({ code: "many-out", values: { count: 43 } });
		expect(matchPaths(rulesOf(kind).exclude)("/usr/bin/redis-server" as Path)).toBeUndefined();
	});

	test("p and t on a left-out secret leave nothing out", () => {
		for (const key of ["p", "t"]) {
			const wizard = select(atFiles(), "/etc/redis/tls.key").type(key);
			expect(rulesOf(wizard)).toEqual(redis.rules);
			expect(wizard.state.notice?.code).toBe(key === "t" ? "only-skipped" : "no-package");
		}
	});

	test("g offers the folder of the selected entry as a pattern", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type("g");
		expect(wizard.state.prompt?.line.text).toBe("/etc/redis/**");
		wizard.type(enter);
		expect(rulesOf(wizard).exclude).toEqual(["/etc/redis/**"]);
		expect(wizard.state.notice).toMatchObject({ code: "many-out", values: { count: 2 } });
	});
});

describe("whole folders", () => {
	test("b cycles through read-only, writable and not mounted", () => {
		expect(select(atFiles(), "/dev/null").type("b").state.notice?.code).toBe("bind-never");
		const state = select(atFiles(), "/var/lib/redis");
		expect(rulesOf(state.type("b")).binds).toEqual([{ path: "/var/lib/redis", access: "ro" }]);
		expect(rulesOf(state.type("b")).binds).toEqual([{ path: "/var/lib/redis", access: "rw" }]);
		expect(rulesOf(state.type("b")).binds).toEqual([]);
	});

	test("a folder with a secret is mounted only after consent", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type("b");
		expect(wizard.state.question).toMatchObject({ kind: "bind", text: "/etc/redis" });
		expect(rulesOf(wizard).binds).toEqual([]);
		expect(rulesOf(wizard.type("y")).binds).toEqual([{ path: "/etc/redis", access: "ro" }]);
	});

	test("Space and e toggle the host's content of a writable directory", () => {
		for (const key of [" ", "e"]) {
			const wizard = select(atFiles(), "/var/lib/redis").type(key);
			expect(rulesOf(wizard).exclude).toEqual(["/var/lib/redis/*"]);
			expect(rulesOf(planned(wizard).type(key)).exclude).toEqual([]);
		}
		expect(rulesOf(select(atFiles(), "/var/log/redis").type(" ")).seed).toEqual(["/var/log/redis"]);
	});

	test("e empties a folder but keeps it", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type("e");
		expect(rulesOf(wizard).exclude).toEqual([`${libraries}/*`]);
		expect(matchPaths(rulesOf(wizard).exclude)(libraries as Path)).toBeUndefined();
		expect(matchPaths(rulesOf(wizard).exclude)(library(1) as Path)).toBeDefined();
		expect(totalsNow(wizard.state).leftOut).toBe(totalsOf(planFor(redis)).leftOut + 40);
		expect(rulesOf(planned(wizard).type("e")).exclude).toEqual([]);
	});

	test("w proposes the selected folder", () => {
		expect(select(atFiles(), "/etc/redis/redis.conf").type("w").state.prompt?.line.text).toBe("/etc/redis");
	});

	test("an added device gets its own rule", () => {
		expect(rulesOf(atFiles().type(`+/dev/kvm${enter}`)).devices).toEqual(["/dev/kvm"]);
	});
});

describe("the next plan", () => {
	test("undoes a rule that makes it fail", () => {
		const wizard = atFiles().type(`+/nowhere${enter}`);
		expect(rulesOf(wizard).include).toEqual(["/nowhere"]);
		wizard.fail("plan", { code: "include-matches-nothing", values: { value: "/nowhere" } });
		expect(rulesOf(wizard)).toBe(redis.rules);
		expect(wizard.state.failure?.code).toBe("include-matches-nothing");
		expect(wizard.type("u").state.notice?.code).toBe("nothing-to-undo");
	});

	test("delays Enter until it is ready", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type(" ").type(enter);
		expect(wizard.state.screen).toBe("files");
		expect(wizard.state.notice?.code).toBe("goes-on-once-planned");
		expect(planned(wizard).state.screen).toBe("accounts");
	});

	test("cancels Enter after another decision or a failure", () => {
		const wizard = select(atFiles(), "/etc/redis/redis.conf").type(` ${enter} `);
		expect(planned(wizard).state.screen).toBe("files");
		wizard.type(` ${enter}`).fail("plan", { code: "include-matches-nothing", values: { value: "/" } });
		expect(wizard.state.screen).toBe("files");
		expect(wizard.state.goesOn).toBeUndefined();
	});

	test("counts included items and due decisions", () => {
		expect(totalsOf(planFor(redis))).toMatchObject({ links: 1, devices: 1, attention: 3, leftOut: 3 });
	});

	test("confirms the sums of pending decisions", () => {
		const wizard = selectRow(atFiles(), `libraries ${libraries}`).type(" ");
		select(wizard, library(3)).type(" ");
		const { files, plan } = wizard.state;
		if (!plan) throw new Error("no plan");
		const before = pendingPlanOf(plan, files.pending);
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
		expect(selectedRow(wizard.state)?.path).toBe("/etc/redis/redis.conf");
		wizard.press(key);
		expect(wizard.state).toMatchObject({ screen: "files", queries: { files: "" } });
		expect(selectedRow(wizard.state)?.path).toBe("/etc/redis/redis.conf");
		expect(wizard.press("escape").state.screen).toBe("trace");
	});
});
