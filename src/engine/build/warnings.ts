import { showProbe } from "../../core/application/probe-lines.ts";
import { isUnproven } from "../../core/application/protocol.ts";
import { askingOf, isAmong } from "../../core/application/recognise.ts";
import type { Note } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { quoteShell, showPath } from "../../core/path/quote.ts";
import { maskLine } from "../../core/record/mask.ts";
import type { MadeCage } from "./make.ts";

type Made = Pick<MadeCage, "cage" | "missing" | "plan">;

/** What nobody has proven although the application answers from its cage. */
export function warningsOf({ cage, missing, plan }: Made): Note[] {
	const failed = cage.trials.at(-1)?.failedExercises ?? [];
	const options = missing
		.flatMap(({ declined, path }) => (declined && path !== undefined ? optionsFor(path, plan) : []))
		.join(" ");
	const code = options === "" ? "unproven-in-cage" : "unproven-left-out";
	const askings = cage.application.probes.flatMap((line) => askingOf(line) ?? []);
	// An exercise of ours is a long line: what it would have proven says more.
	const ofJobs = askings.flatMap(({ job = [], unproven }) =>
		unproven && failed.some((line) => isAmong(job, line)) ? [unproven] : [],
	);
	const shown = failed.map((exercise) => maskLine(showProbe(exercise)));
	return [
		...plan.notes.filter(isUnproven),
		...ofJobs,
		...shown.map((exercise) => ({ code, values: { exercise, ...(options === "" ? {} : { options }) } })),
	];
}

/** What lets a file in that was left out: password hashes have to be accepted as a finding of the audit as well. */
function optionsFor(path: Path, { declined }: Made["plan"]): string[] {
	const place = quoteShell(showPath(path));
	const risk = declined.find((one) => one.path === path)?.risk;
	if (risk === "setuid") return [`--allow-setuid ${place}`];
	if (risk !== "secret") return [];
	const isHashes = /^\/etc\/g?shadow-?$/.test(path);
	return [`--allow-secret ${place}`, ...(isHashes ? [`--accept-finding shadow-file:${place}`] : [])];
}
