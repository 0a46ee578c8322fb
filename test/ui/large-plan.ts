import { pathFromText } from "../../src/base/path/path.ts";
import type { Answers } from "../../src/options/answers.ts";
import type { Entry, Plan, Reason } from "../../src/plan/plan.ts";
import { matchPaths } from "../../src/plan/rules.ts";
import { entry } from "../cage/plans.ts";
import { planFor } from "./scripted-session.ts";

const server = pathFromText("/usr/bin/redis-server");
const traced: readonly Reason[] = [{ kind: "traced", calls: ["openat"], program: server }];
const needed: readonly Reason[] = [{ kind: "needed-by", by: server }];

/** The files of a very large application. */
function manyEntries(count: number): Entry[] {
	return Array.from({ length: count }, (_, index): Entry => {
		const kind = index % 20 === 19 ? "symlink" : "file";
		const isSecret = index % 1000 === 999;
		return entry(isSecret ? `/etc/app/keys/host-${index}.key` : placeOf(index), {
			kind,
			decision: isSecret ? "declined" : "include",
			size: kind === "symlink" ? 20 : ((index * 7919) % 200_000) + 100,
			...(kind === "symlink" ? { target: pathFromText(`target-${index}`) } : {}),
			package: { name: `package-${index % 400}`, version: "1.2.3-4" },
			reasons: index % 10 < 2 ? needed : traced,
			risks: isSecret ? ["secret"] : [],
		});
	});
}

function placeOf(index: number): string {
	const kind = index % 10;
	if (kind < 2) return `/usr/lib/x86_64-linux-gnu/libexample-${index}.so.${index % 7}`;
	if (kind < 3) return `/etc/app/conf.d/site-${index}.conf`;
	if (kind < 5) return `/usr/lib/python3.13/package_${index % 300}/module_${index}.py`;
	return `/usr/share/app/part-${index % 40}/section-${index % 1500}/page-${index}.html`;
}

const byCount = new Map<number, readonly Entry[]>();

/** A plan with this number of entries. Rules work as in a small one. */
export function largePlan(answers: Answers, count = 10_000): Plan {
	const entries = byCount.get(count) ?? manyEntries(count).sort((a, b) => (a.path < b.path ? -1 : 1));
	byCount.set(count, entries);
	const { rules } = answers;
	const excluded = matchPaths(rules.exclude);
	const allowed = new Set(rules.allowSecret);
	return {
		...planFor(answers),
		entries: entries.map((entry): Entry => {
			if (excluded(entry.path) !== undefined) return { ...entry, decision: "declined" };
			return allowed.has(entry.path) ? { ...entry, decision: "include" } : entry;
		}),
	};
}
