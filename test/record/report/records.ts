import { type Evidence, evidenceOf } from "../../../src/record/evidence.ts";
import { type CageRecord, historyLine } from "../../../src/record/record.ts";
import { made } from "../../make/report/made.ts";

export const place = { root: "/state/generations/1", data: "/state/data", who: "ann (sudo, root)" };

const machine: Evidence["machine"] = {
	host: "bastion",
	system: "Debian GNU/Linux 13 (trixie)",
	distribution: "debian-13",
	architecture: "amd64",
	packageKind: "deb",
	kernel: "6.12.0",
	appArmor: { enabled: false },
	selinux: false,
};

/** Returns a record, with defaults for values that the test does not set. */
export function recordFor(
	parts: Parameters<typeof made>[0] = {},
	history: readonly string[] = [],
	{ data, root, who } = place,
	values: Partial<CageRecord> = {},
): CageRecord {
	const { cage, manifest, plan } = made(parts);
	const at = "2026-01-01T00:00:01.000Z";
	return {
		writtenAt: "2026-01-02T00:00:00.000Z",
		cage,
		manifest,
		evidence: evidenceOf(cage, plan, { generation: manifest.generation, at, who, machine }),
		earlier: [],
		place: { root, data },
		responsible: {},
		configuration: [],
		fingerprint: "f00d",
		check: { at, findings: [], drift: [], outdated: false },
		history: history.map(historyLine),
		...values,
	};
}
