import { etc, isWithin } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { startsEmpty } from "../plan/areas.ts";
import { HostAccess, type HostFacts } from "../plan/host-access.ts";
import type { Finding, FindingCode } from "./finding.ts";
import type { Manifest } from "./manifest.ts";

/** Codes that a directory of persons or other services gets, which a changed owner is enough for. */
const aboutOthers: ReadonlySet<FindingCode> = new Set(["bind-others", "bind-contains-others", "bind-other-account"]);

/**
 * Judges a generation's binds again: an earlier release built it, or the host has changed. `allow` are the words of `--allow`. A
 * generation that an earlier release built still starts, so that an update of Cagewright stops no service.
 */
export function auditHostAccess(
	{ binds, writable }: Pick<Manifest, "binds" | "writable">,
	allow: readonly string[],
	facts: HostFacts,
): Finding[] {
	const access = new HostAccess(facts);
	const mounted = binds.flatMap((bind): Finding[] => {
		const problem = access.problemOfBind(bind, { allow, allowWrite: bind.consent ? [bind.path] : [] });
		if (!problem || (bind.consent && problem.code === "bind-control-socket")) return [];
		const isOld = bind.consent === undefined;
		return [{ ...problem, severity: isOld || aboutOthers.has(problem.code) ? "warning" : "danger" }];
	});
	// `release` gives state back to the host.
	const returned = writable.flatMap(({ path }): Finding[] => {
		const place = startsEmpty(path) ? undefined : access.executedAt(path);
		const values = place && { trusted: showPath(place.path), source: place.source };
		return values ? [{ code: "writable-executed", path, severity: "warning", values }] : [];
	});
	return [...mounted, ...returned];
}

/**
 * Finds configuration that the application may change although no run changed it: `plan --take-documented` of an earlier release
 * stored such rules.
 */
export function auditConfiguration({ writable }: Pick<Manifest, "writable">): Finding[] {
	return writable.flatMap(({ path, reasons }): Finding[] =>
		isWithin(path, etc) && reasons.every((reason) => reason.kind === "rule" && reason.rule === "writable")
			? [{ code: "configuration-writable", path, severity: "warning", values: {} }]
			: [],
	);
}
