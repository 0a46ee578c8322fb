import { describe, expect, test } from "vitest";
import { type Attempt, outcomesOf } from "../../../src/selftest/outcomes.ts";
import { checkIds } from "../../../src/selftest/outside.ts";
import { selftestLines, selftestText } from "../../../src/selftest/report/selftest.ts";
import { allTechniques as all } from "../../../src/selftest/techniques.ts";
import type { Selftest } from "../../../src/selftest/verdict.ts";
import { catalogues, messagesIn } from "../../texts.ts";

const en = messagesIn("en");

function made(escaped: readonly string[], network: "host" | "none" = "none"): Selftest {
	const attempts = all.map(({ id }): [string, Attempt] => [id, { how: escaped.includes(id) ? "escaped" : "refused", number: 1 }]);
	return {
		network,
		ways: outcomesOf(new Map(attempts), { permissions: { capabilities: [] }, network, weaker: [], landlock: 7 }),
		audit: checkIds.map((id) => ({ id, ok: true, found: [] })),
		control: { before: 90, after: 91 },
		seconds: 1,
	};
}

test.each(["en", "de"] as const)("each technique has a title in %s, and each title has a technique", (language) => {
	expect(Object.keys(catalogues[language].selftest.techniques).sort()).toEqual(all.map(({ id }) => id).sort());
});

describe("the table", () => {
	test("explains an escape with its consequences, the layer that failed and the remedy", () => {
		const text = selftestText("app", made(["file-handle"]), en);
		expect(text).toMatch(/open a file by its handle +ESCAPED/);
		expect(text).toContain("open a file by its handle\n  Meaning: the application can reach files outside the cage");
		expect(text).toContain("Expected to be stopped by: no capability, seccomp.");
		expect(text).toContain("Fix: run cagewright doctor to check whether this kernel filters system calls.");
		expect(text).toContain("NOT SAFE: 1 techniques escaped, 0 checks from outside failed.");
		expect(text).toContain("stop the application");
	});

	test("explains how to refuse what the plan permits", () => {
		const text = selftestText("app", made(["loopback"], "host"), en);
		expect(text).toMatch(/the host's loopback +permitted\n/);
		expect(text).toContain("Permitted, because the cage shares the host's network; --network none separates it");
		expect(text).toContain("No escape");
	});

	test("names the tested service, in both languages", () => {
		const tested = { ...made([]), unit: "cage-app.service" };
		expect(selftestText("app", tested, en)).toContain("as the service cage-app.service");
		expect(selftestText("app", tested, messagesIn("de"))).toContain("als Dienst cage-app.service");
	});

	test("lists failed checks with the findings", () => {
		const audit = [{ id: "nosuid" as const, ok: false, found: ["/tmp", "/\x1b[2J"] }];
		const text = selftestText("app", { ...made([]), audit }, en);
		expect(text).toContain("MISSING  nosuid on every mount  /tmp, /\\x1b[2J");
		expect(text).toContain("NOT SAFE");
		expect(text).toContain("nosuid on every mount\n  /tmp, /\\x1b[2J\n  Meaning: A setuid file there would give rights.");
	});
});

test("the alarms are a number and the silent techniques, each with its reason", () => {
	const ways = made([]).ways.map((way) => (way.id === "io-uring" ? { ...way, detail: "ENOSYS" } : way));
	const silent = ["io-uring", "bpf", "take-capabilities", "other-port"];
	const alarms = { filtered: 90, raised: 86, slowest: 0.02, silent };
	const text = selftestText("app", { ...made([]), ways, alarms }, en);
	expect(text).toContain("the kernel recorded 86 of the 90 techniques that the filter, Landlock or a missing");
	expect(text).toContain("no record: io_uring (the filter answers like a kernel without this call");
	expect(text).toContain("no record: bpf (its record did not arrive)");
	expect(text).toContain("no record: take capabilities (only the missing capability refuses it");
	expect(text).toContain("no record: bind another TCP port (only Landlock refuses it");
});

test("the short form lists escapes by title", () => {
	const summary = { at: "2026-01-01", tried: 140, escaped: ["bpf"], openByDesign: ["loopback"], findings: ["nosuid"] };
	expect(selftestLines(summary, en)).toEqual([
		"140 escape techniques were tried from inside (2026-01-01).",
		"Escaped: bpf.",
		"Missing, according to the audit from outside: nosuid.",
		"Permitted by the plan: the host's loopback.",
	]);
	expect(selftestLines({ ...summary, escaped: [], findings: [], openByDesign: ["without-landlock"] }, en).slice(1)).toEqual([
		"None escaped, and the audit from outside has no findings.",
		"Not refused, because this machine does not support a layer: Landlock missing.",
	]);
});
