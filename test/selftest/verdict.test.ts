import { describe, expect, test } from "vitest";
import { type Attempt, type CageUnderTest, outcomesOf, parseAttempts, unproven } from "../../src/selftest/outcomes.ts";
import { groups } from "../../src/selftest/technique.ts";
import { allTechniques as all, techniques } from "../../src/selftest/techniques.ts";
import { countsOf, failedChecks, holds, type Selftest, summariseSelftest } from "../../src/selftest/verdict.ts";

const nothingOpen = { capabilities: [] };
const none: CageUnderTest = { permissions: nothingOpen, network: "none", weaker: [], landlock: 7 };

/** Output of the attempts: refused with EPERM, except these. */
function attempts(others: Readonly<Record<string, Attempt>> = {}): Map<string, Attempt> {
	return new Map([...all.map(({ id }): [string, Attempt] => [id, { how: "refused", number: 1 }]), ...Object.entries(others)]);
}
const out: Attempt = { how: "escaped", number: 0 };
/** The outcome of one technique. */
function outcome(id: string, attempt: Attempt, cage: Partial<CageUnderTest> = {}) {
	return outcomesOf(attempts({ [id]: attempt }), { ...none, ...cage }).find((one) => one.id === id);
}

test("each technique has a unique name", () => expect(new Set(all.map(({ id }) => id)).size).toBe(all.length));

describe("the output of attempts", () => {
	test("is parsed line by line, without any other line", () => {
		const output =
			"ok 1 - climb refused 13\nld.so: warning\nok 70 - bpf killed 31\nnot ok 3 - perf escaped: perf\n not # done: 3\n";
		const { done, attempts: read } = parseAttempts(output);
		expect(read).toEqual(
			new Map([
				["climb", { how: "refused", number: 13 }],
				["bpf", { how: "killed", number: 31 }],
				["perf", { how: "escaped", number: 0 }],
			]),
		);
		expect(done).toBe(false);
	});

	test("is complete only with its last line", () => {
		expect(parseAttempts("ok 1 - climb refused 13\n# done: 1").done).toBe(false);
		expect(parseAttempts("ok 1 - climb refused 13\n# done: 1 tried\n").done).toBe(true);
	});
});

describe("an attempt", () => {
	test.each<[string, Attempt, string]>([
		["an error", { how: "refused", number: 38 }, "ENOSYS"],
		["a kill by the filter", { how: "killed", number: 31 }, "SIGSYS"],
	])("is refused by %s, which is named", (_, attempt, detail) => {
		expect(outcome("bpf", attempt)).toMatchObject({ outcome: "refused", detail });
	});

	test("is not stopped by Landlock on a kernel without it", () => {
		const [withLandlock, without] = [7, 0].map((landlock) =>
			outcomesOf(attempts(), { ...none, landlock }).filter(({ stoppedBy }) => stoppedBy.includes("landlock")),
		);
		expect(withLandlock?.length).toBeGreaterThan(0);
		expect(without).toEqual([]);
	});

	test("without output has failed, which is not a refusal", () => {
		const silent = attempts();
		silent.delete("bpf");
		expect(outcomesOf(silent, none).find(({ id }) => id === "bpf")?.outcome).toBe("failed");
	});

	const limited = { capabilities: [], unixSockets: "sd_notify", tcpPorts: [] };
	const open = { ...limited, abstractSockets: "--allow abstract-sockets" };
	const ports = { capabilities: [], tcpPorts: [80] };
	const keeping = (name: string) => ({ capabilities: [{ name, why: "" }] });
	test.each<[string, CageUnderTest["permissions"], CageUnderTest["network"], number, string]>([
		["chown", nothingOpen, "none", 7, "escaped"],
		["chown", keeping("setuid"), "none", 7, "escaped"],
		["chown", keeping("chown"), "none", 7, "open"],
		["loopback", nothingOpen, "host", 7, "open"],
		["loopback", nothingOpen, "none", 7, "escaped"],
		["abstract-socket", limited, "host", 7, "escaped"],
		["abstract-socket", limited, "host", 5, "open"],
		["abstract-socket", open, "host", 7, "open"],
		["abstract-socket", open, "none", 7, "escaped"],
		["abstract-socket", nothingOpen, "host", 7, "escaped"],
		["other-port", ports, "host", 4, "escaped"],
		["other-port", ports, "host", 3, "open"],
		["other-port", nothingOpen, "host", 4, "open"],
		["writable-code", { capabilities: [], writableCode: "mmap" }, "none", 7, "open"],
		["writable-code", nothingOpen, "none", 7, "escaped"],
	])("at %s that succeeds has escaped, unless the plan or an old kernel permits it: %j, network %s, Landlock %i", (...row) => {
		const [id, permissions, network, landlock, expected] = row;
		expect(outcome(id, out, { permissions, network, landlock })?.outcome).toBe(expected);
	});
});

test("the control run proves the test only if an attempt of each group escaped", () => {
	const firsts = Object.fromEntries(groups.map((group) => [techniques[group][0]?.id ?? "", out]));
	expect(unproven(attempts(firsts))).toEqual([]);
	const { signal: _, ...others } = firsts;
	expect(unproven(attempts(others))).toEqual(["processes"]);
	expect(unproven(attempts())).toEqual([...groups]);
});

describe("a self-test", () => {
	const made = (values: Partial<Selftest> = {}, others: Readonly<Record<string, Attempt>> = {}): Selftest => ({
		network: "none",
		ways: outcomesOf(attempts(others), none),
		audit: [{ id: "seccomp", ok: true, found: [] }],
		control: { before: 90, after: 90 },
		seconds: 1,
		...values,
	});

	test("holds if nothing escaped and no check failed", () => {
		expect(holds(made())).toBe(true);
		expect(holds(made({}, { bpf: out }))).toBe(false);
		expect(holds(made({ audit: [{ id: "seccomp", ok: false, found: [] }] }))).toBe(false);
	});

	test("does not hold if an attempt failed", () => expect(holds(made({}, { bpf: { how: "failed", number: 14 } }))).toBe(false));

	test("reports a shared account as a note", () => {
		const shared = made({ audit: [{ id: "account", ok: false, found: ["77"] }] });
		expect(failedChecks(shared)).toEqual([]);
		expect(holds(shared)).toBe(true);
	});

	test("counts what the plan permits, without what the machine does not support", () => {
		const cage: CageUnderTest = { permissions: nothingOpen, network: "host", weaker: ["landlock"], landlock: 0 };
		const open = made({ network: "host", ways: outcomesOf(attempts({ loopback: out, "without-landlock": out }), cage) });
		expect(summariseSelftest(open, "").openByDesign).toEqual(["without-landlock", "loopback"]);
		expect(countsOf(open)).toMatchObject({ tried: all.length, refused: all.length - 2, open: 1, escaped: 0 });
	});

	test("is summarised by escapes, open techniques and failed checks", () => {
		const audit: Selftest["audit"] = [{ id: "nosuid", ok: false, found: ["/tmp"] }];
		const test = made({ audit }, { bpf: out, "write-shared": { how: "impossible", number: 0 } });
		const found = { escaped: ["bpf"], openByDesign: [], findings: ["nosuid"] };
		expect(summariseSelftest(test, "2026-01-01")).toEqual({ at: "2026-01-01", tried: all.length - 1, ...found });
	});
});
