import type { Note } from "../base/failure.ts";
import { isWithin, pathFromText, pathToText } from "../base/path/path.ts";
import { runningUids } from "../plan/accounts.ts";
import { isSystemDirectory } from "../plan/areas.ts";
import type { Plan } from "../plan/plan.ts";
import type { Application, Bind } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import type { Manifest } from "./manifest.ts";

/** Resources of a cage that other services may use too. They are stored with the cage, so that others need not read its manifest. */
export interface Footprint {
	/** E.g. `tcp 80`; empty if the cage has its own network. */
	readonly ports: readonly string[];
	/** Accounts that its processes run as, without root. */
	readonly uids: readonly number[];
	readonly writable: readonly string[];
	readonly binds: readonly Bind[];
}

export function footprintOf(plan: Plan, trace: Trace): Footprint {
	return footprintOfManifest(plan, { ...plan, binds: plan.rules.binds }, trace);
}

export function footprintOfManifest(
	{ application }: { readonly application: Pick<Application, "network"> },
	manifest: Pick<Manifest, "accounts" | "binds" | "identity" | "writable">,
	trace: Pick<Trace, "ports"> | undefined,
): Footprint {
	return {
		ports: application.network === "none" ? [] : [...(trace?.ports ?? [])].sort(),
		uids: runningUids(manifest),
		writable: manifest.writable.flatMap(({ path }) => pathToText(path) ?? []),
		binds: manifest.binds.map(({ access, path }) => ({ access, path })),
	};
}

/** Notes what a cage shares with other cages: one note for each port, account and path, which names all of them. */
export function overlaps(
	mine: Footprint,
	others: ReadonlyMap<string, Footprint>,
	accountOf: (uid: number) => string,
): readonly Note[] {
	const sharing = (code: string, key: string, shared: (theirs: Footprint) => readonly (string | number)[]): Note[] => {
		const names = new Map<string | number, string[]>();
		for (const [name, theirs] of others)
			for (const value of shared(theirs)) names.set(value, [...(names.get(value) ?? []), name]);
		return [...names].map(([value, cages]) => ({ code, values: { name: cages.join(", "), [key]: value } }));
	};
	return [
		...sharing("shares-port", "port", ({ ports }) => mine.ports.filter((port) => ports.includes(port))),
		...sharing("shares-account-cage", "account", ({ uids }) => mine.uids.filter((uid) => uids.includes(uid)).map(accountOf)),
		...sharing("shares-directory", "path", (theirs) => sharedBinds(mine, theirs)),
		...sharing("separate-state", "path", ({ writable }) =>
			mine.writable.filter((path) => writable.some((other) => isSameState(path, other))),
		),
	];
}

/** Host directories that one of the two may write and the other sees. */
function sharedBinds(mine: Footprint, theirs: Footprint): string[] {
	const met = mine.binds.filter((bind) =>
		theirs.binds.some((other) => touches(bind.path, other.path) && (bind.access === "rw" || other.access === "rw")),
	);
	return [...new Set(met.map(({ path }) => path))];
}

/** Many services write below system directories and in /run, so these say nothing about common state. */
function isSameState(a: string, b: string): boolean {
	const outer = a.length < b.length ? a : b;
	return touches(a, b) && outer !== "/run" && !isSystemDirectory(pathFromText(outer));
}

function touches(a: string, b: string): boolean {
	const [one, other] = [pathFromText(a), pathFromText(b)];
	return isWithin(one, other) || isWithin(other, one);
}
