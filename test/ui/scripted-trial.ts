import { pathFromText } from "../../src/base/path/path.ts";
import type { FileUnit } from "../../src/minimise/units.ts";
import type { Answers } from "../../src/options/answers.ts";
import type { Outcome } from "../../src/selftest/outcomes.ts";
import { checkIds } from "../../src/selftest/outside.ts";
import { groups as wayGroups } from "../../src/selftest/technique.ts";
import { techniques } from "../../src/selftest/techniques.ts";
import type { Selftest } from "../../src/selftest/verdict.ts";
import type { UnneededFiles } from "../../src/wizard/state/values.ts";
import { absent as absentAt } from "../cage/plans.ts";

/** Trials and self-tests of a scripted cage. */

const path = pathFromText;

const berlin = path("/usr/share/zoneinfo/Europe/Berlin");
export const absent = absentAt(berlin, {
	remedy: { kind: "path", path: berlin, round: 1, call: "openat" },
	importance: { level: "said", line: "fatal: no time zone Europe/Berlin" },
});
export const withheld = absentAt("/etc/redis/tls.key", {
	declined: true,
	importance: { level: "configuration", package: "redis-server" },
});
export const kernelFile = absentAt("/proc/self/stat", {
	kind: "kernel-file",
	remedy: { kind: "opening", name: "proc", round: 1, call: "openat /proc/self/stat" },
	importance: { level: "noise" },
});

function unit(text: string, group: FileUnit["group"], bytes: number, owner: string | undefined, pin?: FileUnit["pin"]): FileUnit {
	const made = { path: path(text), links: [], files: 1, bytes, group, place: [group, owner ?? "", text], needs: [] };
	return { ...made, ...(owner === undefined ? {} : { package: owner }), ...(pin ? { pin } : {}) };
}

/** A search that was ended early. */
export function unneededOf(answers: Answers): UnneededFiles {
	const left = [
		unit("/usr/lib/x86_64-linux-gnu/libsystemd.so.0.40.0", "libraries", 1_100_000, "libsystemd0"),
		unit("/usr/lib/x86_64-linux-gnu/liblzf.so.1.5", "libraries", 14_000, "liblzf1"),
		unit("/etc/redis/sentinel.conf", "configuration", 14_700, "redis-sentinel"),
		unit("/opt/own/notes", "data", 300, undefined),
	];
	const kept = [
		unit("/usr/bin/redis-check-rdb", "program", 1_700_000, "redis-tools", "program"),
		unit("/usr/lib/x86_64-linux-gnu/libc.so.6", "libraries", 2_000_000, "libc6", "needed"),
		unit("/usr/lib/x86_64-linux-gnu/libm.so.6", "libraries", 950_000, "libc6"),
	];
	const { exercises } = answers.application;
	return {
		left,
		kept,
		units: [...left, ...kept],
		trials: 14,
		seconds: 21.5,
		isComplete: false,
		exercises,
		signals: ["HUP"],
		uncounted: [],
	};
}

/** A cage in the host's network. The named techniques escape. */
export function selftestOf(escaped: readonly string[] = [], missing: readonly string[] = []): Selftest {
	const outcome = (id: string): Pick<Outcome, "outcome" | "detail" | "opens"> => {
		if (escaped.includes(id)) return { outcome: "escaped", detail: "", opens: [] };
		if (id === "loopback") return { outcome: "open", detail: "", opens: ["network"] };
		return { outcome: "refused", detail: "EPERM", opens: [] };
	};
	return {
		network: "host",
		ways: wayGroups.flatMap((group) => techniques[group].map(({ id, stoppedBy }) => ({ id, group, stoppedBy, ...outcome(id) }))),
		audit: checkIds.map((id) => ({
			id,
			ok: !missing.includes(id) && id !== "account",
			found: missing.includes(id) ? ["/\x1b[2Jevil"] : [],
		})),
		control: { before: 120, after: 121 },
		seconds: 1.5,
	};
}
