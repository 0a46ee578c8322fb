import { expect } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Entry, Plan } from "../../src/plan/plan.ts";
import { parseUnitText, splitWords } from "../../src/service/unit-text.ts";
import type { UnitInput } from "../../src/unit/input.ts";
import { systemdUnit } from "../../src/unit/unit.ts";
import { bareApplication, plan as planOf } from "../cage/plans.ts";

export const path = pathFromText;
export const launcher = path("/state/cages/app/launcher");

export interface Change {
	readonly application?: Partial<Plan["application"]>;
	readonly identity?: Partial<Plan["identity"]>;
	readonly permissions?: Partial<Plan["permissions"]>;
	readonly entries?: readonly Entry[];
}

function plan({ application, identity, permissions, entries = [] }: Change = {}): Plan {
	return planOf(entries, {
		application: { ...bareApplication, command: ["/usr/sbin/daemon", "--foreground"], ...application },
		identity: { name: "daemon", uid: 990, gid: 991, groups: [991, 4], home: "/nonexistent", ...identity },
		permissions: { capabilities: [], ...permissions },
	});
}

export function unit(change: Change = {}, input: Partial<UnitInput> = {}): string {
	const data = [{ path: path("/var/lib/app"), source: path("/state/cages/app/data/var/lib/app") }];
	const root = path("/state/cages/app/generations/3");
	return systemdUnit({ name: "app", root, data, binds: [], plan: plan(change), systemdVersion: 257, ...input });
}

/** Returns a setting's values in order. */
export function values(text: string, name: string): string[] {
	const { assignments, skipped } = parseUnitText(text);
	expect(skipped).toBe(0);
	return assignments.filter((assignment) => assignment.name === name).map(({ value }) => value);
}

/**
 * Returns the words as systemd sees them: unquoted, then with specifiers and variables expanded (only doubled signs may
 * remain).
 */
export function words(value: string | undefined, variables = false): string[] {
	const split = splitWords(value ?? "") ?? [];
	return split.map((word) => {
		expect(word.replaceAll("%%", "")).not.toContain("%");
		const expanded = word.replaceAll("%%", "%");
		if (!variables) return expanded;
		expect(expanded.replaceAll("$$", "")).not.toContain("$");
		return expanded.replaceAll("$$", "$");
	});
}
