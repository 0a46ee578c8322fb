import fc from "fast-check";
import { expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import type { Decision, EntryKind } from "../../../src/plan/plan.ts";
import { nothingPending } from "../../../src/wizard/state/files-state.ts";
import {
	bytesOfCage,
	itemNow,
	largestBelow,
	pendingPlanOf,
	type Sums,
	sumsNow,
	totalsOf,
	willBeMounted,
	withDecided,
} from "../../../src/wizard/steps/files/pending.ts";
import { type FileNode, type ItemNode, treeOf } from "../../../src/wizard/steps/files/tree.ts";
import { entry, plan as planOf, writable } from "../../cage/plans.ts";

const name = fc.constantFrom("a", "b", "lib", "x.so");
const paths = fc.uniqueArray(
	fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`),
	{ minLength: 1, maxLength: 30 },
);
const kinds: readonly EntryKind[] = ["file", "symlink", "device", "generated", "file"];
const choices = fc.array(fc.record({ from: fc.nat(), count: fc.nat(12), decision: fc.constantFrom("include", "declined") }), {
	maxLength: 4,
});

test("pending decisions about many items are displayed and counted like single ones", () => {
	fc.assert(
		fc.property(paths, choices, (texts, decided) => {
			const entries = [...texts].sort().map((text, at) => ({
				...entry(text),
				kind: kinds[at % kinds.length] ?? "file",
				size: (at * 7) % 5,
				decision: at % 3 ? ("include" as const) : ("declined" as const),
				risks: at % 4 ? [] : (["setuid"] as const),
			}));
			const state = writable("/zz/state", { seeds: [{ path: "/zz/state" as Path, bytes: 9 }] });
			const plan = planOf(entries, { writable: [state] });
			const tree = treeOf(plan);
			const simply = new Map<FileNode, Decision>();
			let pending = nothingPending;
			for (const { count, decision, from } of decided) {
				const items = [...Array(count).keys()].map((one) => tree.items[(from + one) % tree.items.length] as ItemNode);
				for (const item of items) simply.set(item, decision as Decision);
				pending = withDecided(pending, { items, to: decision as Decision });
			}
			const standing = pendingPlanOf(plan, pending);
			const now = (node: FileNode): Sums => {
				if (!node.item) return node.children.map(now).reduce(plus, none);
				const to = simply.get(node);
				if (node.item.kind === "state")
					return { items: 1, in: 1, waiting: 0, ...(to === "declined" ? { bytesIn: 0, bytes: 0 } : { bytesIn: 9, bytes: 9 }) };
				const { decision, risks, size } = { ...node.item.entry, ...(to ? { decision: to } : {}) };
				const isIn = decision === "include";
				return { items: 1, in: +isIn, bytesIn: isIn ? size : 0, bytes: size, waiting: +(!isIn && risks.length > 0) };
			};
			const look = (node: FileNode) => {
				expect(sumsNow(standing, node), node.id).toEqual(now(node));
				if (node.item) return;
				const sorted = [...node.children].sort((a, b) => now(b).bytesIn - now(a).bytesIn);
				const largest = sorted.slice(0, 3).flatMap((child) => now(child).bytesIn || []);
				expect(largestBelow(standing, node, 3).map((child) => now(child).bytesIn)).toEqual(largest);
				for (const child of node.children) look(child);
			};
			for (const group of tree.groups) look(group);
			expect(bytesOfCage(standing)).toBe(tree.groups.map(now).reduce(plus, none).bytesIn);
			const made = entries.map((one) => ({
				...one,
				decision: simply.get(tree.byPath.get(one.path) as FileNode) ?? one.decision,
			}));
			expect(standing.totals).toEqual(totalsOf({ ...plan, entries: made }));
		}),
	);
});

const none: Sums = { items: 0, in: 0, bytesIn: 0, bytes: 0, waiting: 0 };
const plus = (a: Sums, b: Sums): Sums =>
	Object.fromEntries((Object.keys(none) as (keyof Sums)[]).map((key) => [key, a[key] + b[key]])) as unknown as Sums;

test("items of a mounted folder count as mounted until they are decided otherwise", () => {
	const plan = planOf([entry("/srv/a"), entry("/srv/b/c")]);
	const tree = treeOf(plan);
	const [a, c] = ["/srv/a", "/srv/b/c"].map((path) => tree.byPath.get(path as Path) as ItemNode) as [ItemNode, ItemNode];
	const mounted = withDecided(nothingPending, { folder: "/srv" as Path, mounted: true });
	expect([a, c].map((node) => willBeMounted(pendingPlanOf(plan, mounted), node))).toEqual([true, true]);
	const again = withDecided(mounted, { folder: "/srv" as Path, mounted: false });
	expect(willBeMounted(pendingPlanOf(plan, again), c)).toBe(false);
	const one = withDecided(withDecided(again, { folder: a.path, mounted: true }), { items: [a], to: "declined" });
	expect(willBeMounted(pendingPlanOf(plan, one), a)).toBe(false);
	expect(itemNow(pendingPlanOf(plan, one), a)).toMatchObject({ entry: { decision: "declined" } });
	expect(willBeMounted(pendingPlanOf(plan, nothingPending), a)).toBe(false);
});
