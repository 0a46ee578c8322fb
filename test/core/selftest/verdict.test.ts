import { describe, expect, test } from "vitest";
import { groups } from "../../../src/core/selftest/technique.ts";
import { techniques } from "../../../src/core/selftest/techniques/techniques.ts";
import {
	type Attempt,
	type CageUnderTest,
	countsOf,
	failedChecks,
	holds,
	outcomesOf,
	parseAttempts,
	type Selftest,
	summariseSelftest,
	unproven,
} from "../../../src/core/selftest/verdict.ts";

const nothingOpen = { capabilities: [] };
const none: CageUnderTest = { permissions: nothingOpen, network: "none", weaker: [], landlock: 7 };
const all = Object.values(techniques).flat();

/** Output of the attempts: refused with EPERM, except these. */
function attempts(others: Readonly<Record<string, Attempt>> = {}): Map<string, Attempt> {
	return new Map([...all.map(({ id }): [string, Attempt] => [id, { how: "refused", number: 1 }]), ...Object.entries(others)]);
}
const out: Attempt = { how: "escaped", number: 0 };
const outcome = (
	others: Readonly<Record<string, Attempt>>,
	id: string,
	permissions: CageUnderTest["permissions"] = nothingOpen,
	network: "host" | "none" = "none",
) => outcomesOf(attempts(others), { permissions, network, weaker: [], landlock: 7 }).find((one) => one.id === id);

test("each technique has a unique name", () => expect(new Set(all.map(({ id }) => id)).size).toBe(all.length));

describe("the output of attempts", () => {
	test("is parsed line by line, without any other line", () => {
		const { done, attempts: read } = parseAttempts("climb\trefused\t13\nld.so: warning\nbpf\tkilled\t31\n\tdone\n");
		expect(read).toEqual(
			new Map([
				["climb", { how: "refused", number: 13 }],
				["bpf", { how: "killed", number: 31 }],
			]),
		);
		expect(done).toBe(false);
	});

	test("is complete only with its last line", () => {
		expect(parseAttempts("climb\trefused\t13\ndon").done).toBe(false);
		expect(parseAttempts("climb\trefused\t13\ndone\n").done).toBe(true);
	});
});

describe("an attempt", () => {
	test("has the name of its error if it is refused", () => {
		expect(outcome({ bpf: { how: "refused", number: 38 } }, "bpf")).toMatchObject({ outcome: "refused", detail: "ENOSYS" });
	});

	test("is not stopped by Landlock on a kernel without it", () => {
		const [withLandlock, without] = [7, 0].map((landlock) =>
			outcomesOf(attempts(), { ...none, landlock }).filter(({ stoppedBy }) => stoppedBy.includes("landlock")),
		);
		expect(withLandlock?.length).toBeGreaterThan(0);
		expect(without).toEqual([]);
	});

	test("is refused if the filter kills it", () => {
		expect(outcome({ bpf: { how: "killed", number: 31 } }, "bpf")).toMatchObject({ outcome: "refused", detail: "SIGSYS" });
	});

	test("without output has failed, which is not a refusal", () => {
		const silent = attempts();
		silent.delete("bpf");
		expect(outcomesOf(silent, none).find(({ id }) => id === "bpf")?.outcome).toBe("failed");
	});

	test("that succeeds has escaped, unless the plan permits it", () => {
		expect(outcome({ chown: out }, "chown")?.outcome).toBe("escaped");
		expect(outcome({ chown: out }, "chown", { capabilities: [{ name: "setuid", why: "" }] })?.outcome).toBe("escaped");
		expect(outcome({ chown: out }, "chown", { capabilities: [{ name: "chown", why: "" }] })?.outcome).toBe("open");
	});

	test("at the host's loopback is permitted only in a shared network", () => {
		expect(outcome({ loopback: out }, "loopback", nothingOpen, "host")?.outcome).toBe("open");
		expect(outcome({ loopback: out }, "loopback", nothingOpen, "none")?.outcome).toBe("escaped");
	});

	test("at an abstract socket is permitted only with unix sockets and a shared network, if Landlock does not limit it", () => {
		const opened = { capabilities: [], unixSockets: "sd_notify", abstractSockets: "--allow abstract-sockets", tcpPorts: [] };
		const { abstractSockets: _, ...limited } = opened;
		expect(outcome({ "abstract-socket": out }, "abstract-socket", limited, "host")?.outcome).toBe("escaped");
		expect(outcome({ "abstract-socket": out }, "abstract-socket", opened, "host")?.outcome).toBe("open");
		expect(outcome({ "abstract-socket": out }, "abstract-socket", opened, "none")?.outcome).toBe("escaped");
		expect(outcome({ "abstract-socket": out }, "abstract-socket", nothingOpen, "host")?.outcome).toBe("escaped");
	});

	test("at another port is permitted if the plan or an old kernel does not limit ports", () => {
		const limited = { capabilities: [], tcpPorts: [80] };
		const on = (landlock: number, permissions: CageUnderTest["permissions"]) =>
			outcomesOf(attempts({ "other-port": out }), { permissions, network: "host", weaker: [], landlock }).find(
				({ id }) => id === "other-port",
			)?.outcome;
		expect([on(4, limited), on(3, limited), on(4, nothingOpen)]).toEqual(["escaped", "open", "open"]);
	});

	test("at written and executed memory is open only if the plan permits it", () => {
		const opened = { capabilities: [], writableCode: "mmap" };
		expect(outcome({ "writable-code": out }, "writable-code", opened)?.outcome).toBe("open");
		expect(outcome({ "writable-code": out }, "writable-code", nothingOpen)?.outcome).toBe("escaped");
	});
});

describe("the control run", () => {
	test("proves the test only if an attempt of each group escaped", () => {
		const firsts = Object.fromEntries(groups.map((group) => [techniques[group][0]?.id ?? "", out]));
		expect(unproven(attempts(firsts))).toEqual([]);
		const { signal: _, ...others } = firsts;
		expect(unproven(attempts(others))).toEqual(["processes"]);
		expect(unproven(attempts())).toEqual([...groups]);
	});
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
		const test = made(
			{ audit: [{ id: "nosuid", ok: false, found: ["/tmp"] }] },
			{ bpf: out, "write-shared": { how: "impossible", number: 0 } },
		);
		expect(summariseSelftest(test, "2026-01-01")).toEqual({
			at: "2026-01-01",
			tried: all.length - 1,
			escaped: ["bpf"],
			openByDesign: [],
			findings: ["nosuid"],
		});
	});
});
