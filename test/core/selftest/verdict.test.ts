import { describe, expect, test } from "vitest";
import {
	type Attempt,
	failedChecks,
	holds,
	type Made,
	outcomesOf,
	parseAttempts,
	type Selftest,
	summariseSelftest,
	unproven,
} from "../../../src/core/selftest/verdict.ts";
import { groups } from "../../../src/core/selftest/way.ts";
import { ways } from "../../../src/core/selftest/ways/ways.ts";

const nothingOpen = { capabilities: [] };
const none: Made = { permissions: nothingOpen, network: "none", weaker: [] };
const all = Object.values(ways).flat();

/** What every attempt printed: refused with EPERM, but for these. */
function attempts(others: Readonly<Record<string, Attempt>> = {}): Map<string, Attempt> {
	return new Map([...all.map(({ id }): [string, Attempt] => [id, { how: "refused", number: 1 }]), ...Object.entries(others)]);
}
const out: Attempt = { how: "escaped", number: 0 };
const outcome = (
	others: Readonly<Record<string, Attempt>>,
	id: string,
	permissions: Made["permissions"] = nothingOpen,
	network: "host" | "none" = "none",
) => outcomesOf(attempts(others), { permissions, network, weaker: [] }).find((one) => one.id === id);

test("each way has a name of its own", () => {
	expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});

describe("what attempts print", () => {
	test("is read line by line, and anything else is none of it", () => {
		const { done, attempts: read } = parseAttempts("climb\trefused\t13\nld.so: warning\nbpf\tkilled\t31\n\tdone\n");
		expect(read).toEqual(
			new Map([
				["climb", { how: "refused", number: 13 }],
				["bpf", { how: "killed", number: 31 }],
			]),
		);
		expect(done).toBe(false);
	});

	test("is over with its last line alone", () => {
		expect(parseAttempts("climb\trefused\t13\ndon").done).toBe(false);
		expect(parseAttempts("climb\trefused\t13\ndone\n").done).toBe(true);
	});
});

describe("an attempt", () => {
	test("that is refused says by which error", () => {
		expect(outcome({ bpf: { how: "refused", number: 38 } }, "bpf")).toMatchObject({ outcome: "refused", detail: "ENOSYS" });
	});

	test("that is killed by the filter is refused", () => {
		expect(outcome({ bpf: { how: "killed", number: 31 } }, "bpf")).toMatchObject({ outcome: "refused", detail: "SIGSYS" });
	});

	test("that said nothing came to no end, which is no refusal", () => {
		const silent = attempts();
		silent.delete("bpf");
		expect(outcomesOf(silent, none).find(({ id }) => id === "bpf")?.outcome).toBe("failed");
	});

	test("that gets out has escaped, unless the plan opened just that", () => {
		expect(outcome({ chown: out }, "chown")?.outcome).toBe("escaped");
		expect(outcome({ chown: out }, "chown", { capabilities: [{ name: "setuid", why: "" }] })?.outcome).toBe("escaped");
		expect(outcome({ chown: out }, "chown", { capabilities: [{ name: "chown", why: "" }] })?.outcome).toBe("open");
	});

	test("at the host's loopback is open by design only where the network is shared", () => {
		expect(outcome({ loopback: out }, "loopback", nothingOpen, "host")?.outcome).toBe("open");
		expect(outcome({ loopback: out }, "loopback", nothingOpen, "none")?.outcome).toBe("escaped");
	});

	test("at an abstract socket is open by design only with unix sockets and a shared network", () => {
		const opened = { capabilities: [], unixSockets: "sd_notify" };
		expect(outcome({ "abstract-socket": out }, "abstract-socket", opened, "host")?.outcome).toBe("open");
		expect(outcome({ "abstract-socket": out }, "abstract-socket", opened, "none")?.outcome).toBe("escaped");
		expect(outcome({ "abstract-socket": out }, "abstract-socket", nothingOpen, "host")?.outcome).toBe("escaped");
	});

	test("at memory that is written and executed is open only where the plan opens that", () => {
		const opened = { capabilities: [], writableCode: "mmap" };
		expect(outcome({ "writable-code": out }, "writable-code", opened)?.outcome).toBe("open");
		expect(outcome({ "writable-code": out }, "writable-code", nothingOpen)?.outcome).toBe("escaped");
	});
});

describe("the control", () => {
	test("proves the test only where something of each group got out", () => {
		const firsts = Object.fromEntries(groups.map((group) => [ways[group][0]?.id ?? "", out]));
		expect(unproven(attempts(firsts))).toEqual([]);
		const { signal: _, ...others } = firsts;
		expect(unproven(attempts(others))).toEqual(["processes"]);
		expect(unproven(attempts())).toEqual([...groups]);
	});
});

describe("a test", () => {
	const made = (values: Partial<Selftest> = {}, others: Readonly<Record<string, Attempt>> = {}): Selftest => ({
		network: "none",
		ways: outcomesOf(attempts(others), none),
		audit: [{ id: "seccomp", ok: true, found: [] }],
		control: { before: 90, after: 90 },
		seconds: 1,
		...values,
	});

	test("holds where nothing got out and nothing is missing", () => {
		expect(holds(made())).toBe(true);
		expect(holds(made({}, { bpf: out }))).toBe(false);
		expect(holds(made({ audit: [{ id: "seccomp", ok: false, found: [] }] }))).toBe(false);
	});

	test("does not hold where an attempt came to no end", () => {
		expect(holds(made({}, { bpf: { how: "failed", number: 14 } }))).toBe(false);
	});

	test("takes others of the same account as a note", () => {
		const shared = made({ audit: [{ id: "account", ok: false, found: ["77"] }] });
		expect(failedChecks(shared)).toEqual([]);
		expect(holds(shared)).toBe(true);
	});

	test("is remembered by what got out, what is open, and what is missing", () => {
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
