import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { showPath } from "../../base/path/quote.ts";
import type { TrialSummary } from "../../cage/cage.ts";
import { isIdle } from "../../confine/capabilities.ts";
import { errorTexts, isOffer, isTolerable, type Missing } from "../../plan/missing.ts";
import { keepCall } from "../../plan/permission-words.ts";
import type { Addition } from "../../plan/plan.ts";
import type { TrialRound } from "./trial.ts";

/**
 * What `make` adds automatically for this round: nothing if the application answers, and only what worked in the trace. Tolerable
 * failures are added only if the application complained about them, or if none was complained about.
 */
export function remedies(round: TrialRound, known: readonly Addition[]): Addition[] {
	const needed = round.missing.filter((one) => !isOffer(one, round));
	const tolerable = needed.filter(isTolerable);
	const complained = tolerable.filter(({ error }) => round.output.includes(errorTexts[error] ?? "\0"));
	// libc tries a name service's socket before the account files, so a missing account explains both.
	const looksUp = needed.some(({ kind }) => kind === "account");
	const accepted = new Set(complained.length ? complained : looksUp ? [] : tolerable);
	return additionsFor(
		needed.filter((one) => !isTolerable(one) || accepted.has(one)),
		known,
	);
}

/** The new remedies among these. */
export function additionsFor(missing: readonly Missing[], known: readonly Addition[]): Addition[] {
	const additions = missing.flatMap(({ declined, remedy }) => (remedy && !declined ? [remedy] : []));
	const seen = new Set(known.map(keyOf));
	return additions.filter((addition) => {
		const key = keyOf(addition);
		if (seen.has(key)) return false;
		seen.add(key);
		return true;
	});
}

function keyOf(addition: Addition): string {
	const isKept = addition.kind === "capability" && addition.call === keepCall && isIdle(addition.name);
	return `${addition.kind} ${"path" in addition ? addition.path : addition.name}${isKept ? " idle" : ""}`;
}

const permissionLabels = {
	proc: "/proc",
	ownProcess: "/proc/self",
	unixSockets: "AF_UNIX",
	netlink: "AF_NETLINK",
	uevents: "NETLINK_KOBJECT_UEVENT",
	packetSockets: "AF_PACKET",
	memfd: "memfd_create",
	writableCode: "PROT_EXEC",
};

export function describeAddition(addition: Addition): string {
	switch (addition.kind) {
		case "capability":
			return `CAP_${addition.name.toUpperCase()}`;
		case "opening":
			return permissionLabels[addition.name];
		case "account":
		case "call":
			return addition.name;
		default:
			return showPath(addition.path);
	}
}

interface RoundFacts {
	readonly generation: number;
	readonly added: readonly Addition[];
	/** Of the build and the trial. */
	readonly seconds: number;
}

export function summarise(context: Context, round: TrialRound, { added, generation, seconds }: RoundFacts): TrialSummary {
	return {
		round: round.round,
		at: new Date(context.machine.now()).toISOString(),
		generation,
		answered: round.answered,
		...omitUndefined({ measured: round.measured }),
		...(round.reportsReady ? { reportsReady: true } : {}),
		findings: round.findings.map(({ code, path, severity, values }) => ({ code, path: showPath(path), severity, values })),
		weaker: round.method.weaker,
		landlock: round.method.landlock,
		probes: round.probes.map(({ command, ok }) => ({ command, ok })),
		failedExercises: round.failedExercises,
		...(round.refusedCalls.length ? { refusedCalls: round.refusedCalls } : {}),
		added: added.map(describeAddition),
		seconds: Math.round(seconds * 100) / 100,
		missing: round.missing.map((one) => ({
			kind: one.kind,
			what: one.path === undefined ? one.call : showPath(one.path),
			call: one.call,
			error: one.error,
			declined: one.declined,
		})),
	};
}
