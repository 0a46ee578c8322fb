import { expect, test } from "vitest";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { CheckedCage } from "../../../src/check/checked-cage.ts";
import { checkedText } from "../../../src/check/report/check.ts";
import { changedText, settingsText } from "../../../src/cli/format.ts";
import { restartedText } from "../../../src/unit/report/restart.ts";
import type { UpdatePlan } from "../../../src/upkeep/engine/update.ts";
import { updatePlanText } from "../../../src/upkeep/report/update.ts";
import { comparisonText } from "../../../src/upkeep/verbs/diff.ts";
import { made } from "../../make/report/made.ts";
import { messagesIn } from "../../texts.ts";

test("changed aspects and settings are translated", () => {
	const changed = { path: pathFromText("/etc/app.conf"), aspects: ["mode", "owner"] } as const;
	expect(changedText(changed, messagesIn("en"))).toBe("/etc/app.conf (mode, owner)");
	expect(changedText(changed, messagesIn("de"))).toBe("/etc/app.conf (Modus, Eigentümer)");
	expect(settingsText(["identity", "binds"], messagesIn("en"))).toBe("account, binds");
	expect(settingsText(["identity", "binds"], messagesIn("de"))).toBe("Konto, eingebundene Verzeichnisse");
});

test("changed facts of a file are named in the language of the output", () => {
	const { manifest } = made();
	const [entry] = manifest.entries.filter(({ kind }) => kind === "file");
	if (!entry) throw new Error("no file");
	const changed = (values: object) => ({ ...manifest, entries: [{ ...entry, ...values }] });
	const [before, after] = [changed({ size: 10, mode: 0o644 }), changed({ size: 12, mode: 0o600, sha256: "f".repeat(64) })];
	expect(comparisonText(before, after, messagesIn("en"))).toContain("mode 0644 -> 0600, size 10 -> 12");
	expect(comparisonText(before, after, messagesIn("de"))).toContain("Modus 0644 -> 0600, Größe 10 -> 12");
});

test("the duration of a restart has the decimal mark of the language", () => {
	const restarted = { restarted: ["run"], renewed: [], remaining: [], interrupted: 0.9 };
	expect(restartedText("demo", restarted, messagesIn("en"))).toEqual(["Restarted run, down for 0.9 s."]);
	expect(restartedText("demo", restarted, messagesIn("de"))).toEqual(["Neu gestartet: run, 0,9 s unterbrochen."]);
});

test("a finding about an account names no path", () => {
	const found = { code: "account-of-other-cage", path: pathFromText("/"), severity: "warning", values: {} };
	const findings = [{ ...found, accepted: false, known: false }];
	const cage = {
		name: "redis",
		generation: 1,
		findings,
		drift: [],
		behind: [],
		acknowledged: new Map(),
	} as unknown as CheckedCage;
	expect(checkedText(cage, messagesIn("en"))).toContain("redis: warning account-of-other-cage: ");
	expect(checkedText(cage, messagesIn("de"))).toContain("redis: Warnung account-of-other-cage: ");
});

function plan(...paths: string[]): UpdatePlan {
	const files = paths.map((path) => ({ path: pathFromText(path), change: "changed" as const }));
	const drift = [{ package: "redis-server", from: "5:8", to: "5:8", security: false, files }];
	const difference = { added: [], removed: [], changed: [], settings: [] };
	return { name: "redis", from: 1, drift, difference, edits: [], conflicts: [], missed: [], isNeeded: true };
}

test("the plan of an update names the first changed files of a package", () => {
	const text = (...paths: string[]) => updatePlanText(plan(...paths), messagesIn("en"));
	expect(text("/etc/redis/redis.conf")).toContain("files of redis-server 5:8 were changed on the host: /etc/redis/redis.conf");
	expect(text("/a", "/b", "/c", "/d", "/e")).toContain(": /a, /b, /c, 2 more");
});
