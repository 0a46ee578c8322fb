import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { type Finding, findingCodes } from "../../src/cage/finding.ts";
import {
	type Acknowledgement,
	countingToday,
	findReported,
	type ReportedFinding,
	reportedDrift,
	reportedFinding,
	requireDay,
} from "../../src/check/acknowledgement.ts";

const finding = fc.record({
	code: fc.constantFrom(...findingCodes),
	path: fc.constantFrom("/etc/a", "/etc/b", "/").map(pathFromText),
	severity: fc.constantFrom("danger" as const, "warning" as const),
	values: fc.dictionary(fc.constantFrom("mode", "uid", "is", "account", "pid", "count"), fc.nat(3)),
}) satisfies fc.Arbitrary<Finding>;

const acknowledged = (reported: ReportedFinding, until?: string): Acknowledgement => ({
	...reported,
	by: "alice",
	at: "2026-12-01T10:00:00.000Z",
	...(until === undefined ? {} : { until }),
});

const failureOf = (work: () => unknown) => {
	try {
		work();
	} catch (error) {
		if (error instanceof Failure) return { code: error.code, exit: error.exit, ...error.values };
		throw error;
	}
	return undefined;
};

test("an acknowledgement covers this finding and no other", () => {
	const stable = ({ code, path, values: { pid: _, count: __, ...values } }: Finding) =>
		JSON.stringify([code, code.startsWith("account-") ? "" : path, Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))]);
	fc.assert(
		fc.property(finding, finding, (one, other) => {
			const covered = countingToday([reportedFinding(other)], [acknowledged(reportedFinding(one))], "2026-12-01").size === 1;
			expect(covered).toBe(stable(one) === stable(other));
		}),
	);
});

test("an acknowledgement of an update ends with the next version, and with another changed file", () => {
	const files = (...paths: string[]) => paths.map((path) => ({ path: pathFromText(path), change: "changed" as const }));
	const drift = { package: "redis", from: "1", to: "2", security: false, files: files("/usr/bin/redis-server") };
	const seen = [acknowledged(reportedDrift(drift))];
	const covers = (now: typeof drift) => countingToday([reportedDrift(now)], seen, "2026-12-01").size === 1;
	expect(covers(drift)).toBe(true);
	expect(covers({ ...drift, security: true })).toBe(true);
	expect(covers({ ...drift, to: "3" })).toBe(false);
	expect(covers({ ...drift, files: files("/usr/bin/redis-server", "/etc/redis.conf") })).toBe(false);
});

test("an acknowledgement counts through its last day", () => {
	const one = { id: "device:/dev/x", facts: "{}" };
	const size = (until: string | undefined, today: string) => countingToday([one], [acknowledged(one, until)], today).size;
	expect(size("2026-12-31", "2026-12-31")).toBe(1);
	expect(size("2026-12-31", "2027-01-01")).toBe(0);
	expect(size(undefined, "2036-01-01")).toBe(1);
});

describe("a finding is named", () => {
	const reported = ["setuid:/usr/bin/a", "changed:/usr/bin/a", "changed:/usr/bin/b", "would-change"].map((id) => ({
		id,
		facts: "",
	}));
	const find = (text: string) => findReported("redis", text, reported);

	test("by its whole name, or by its code if only one has it", () => {
		expect(find("changed:/usr/bin/b").id).toBe("changed:/usr/bin/b");
		expect(find("setuid").id).toBe("setuid:/usr/bin/a");
		expect(find("would-change").id).toBe("would-change");
	});

	test("and anything else is an error that names the findings", () => {
		expect(failureOf(() => find("changed"))).toMatchObject({
			code: "finding-ambiguous",
			exit: 2,
			findings: "changed:/usr/bin/a, changed:/usr/bin/b",
		});
		expect(failureOf(() => find("setuid:/usr/bin/aa"))).toMatchObject({
			code: "finding-not-reported",
			exit: 2,
			similar: expect.stringContaining("'setuid:/usr/bin/a'"),
		});
		expect(failureOf(() => findReported("redis", "x", []))).toMatchObject({ code: "finding-none", exit: 2 });
	});
});

test.each([
	["2027-01-31", undefined],
	["2026-12-01", undefined],
	["2026-11-30", "until-past"],
	["2027-02-30", "until-invalid"],
	["tomorrow", "until-invalid"],
	["2027-1-31", "until-invalid"],
	["+012027-01-31", "until-invalid"],
	["", "until-invalid"],
])("--until '%s' is checked", (text, code) => {
	expect(failureOf(() => requireDay(text, "2026-12-01"))?.code).toBe(code);
});
