import { type Path, pathToText } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { linkFiles, placeOf } from "./links.ts";
import type { Entry, Plan, Risk } from "./plan.ts";

/** A plan's answer about what it leaves out. */
export type LeftOut = Pick<Plan, "declined" | "entries">;

const optionOf: Partial<Record<Risk, string>> = {
	secret: "--allow-secret",
	setuid: "--allow-setuid",
	device: "--device",
	large: "--include",
};

/** Password hashes also need an accepted finding. */
const hashes = /^\/etc\/g?shadow-?$/;

/**
 * Returns the options that include the file or device at a path, which may be a link to it; none if an exclude leaves it out, or no
 * cage may have it.
 */
export function optionsToInclude(path: Path, { declined, entries }: LeftOut): string[] {
	const place = placeOf(path, linkFiles(new Map(entries.map((entry) => [entry.path, entry]))));
	const entry = entries.find((one) => one.path === place && one.decision === "declined");
	if (!entry || !declined.some((one) => one.path === place)) return [];
	const named = pathToText(place) ?? place;
	const options = entry.risks.flatMap((risk) => optionOf[risk] ?? []).map((option) => quoteShellLine([option, named]));
	return entry.risks.includes("secret") && hashes.test(place)
		? [...options, quoteShellLine(["--accept-finding", `shadow-file:${named}`])]
		: options;
}

/** Returns what waits for a permission: secrets, setuid and large files that nobody excluded, and devices. */
export function declinedRisks(entries: readonly Entry[], excluded: (path: Path) => string | undefined): Plan["declined"] {
	return entries.flatMap((entry) => {
		if (entry.decision === "include") return [];
		const risk = entry.risks.find(
			(one) =>
				one === "secret" ||
				one === "setuid" ||
				one === "refused-device" ||
				one === "device" ||
				// An exclusion is a decision about a large file.
				(one === "large" && excluded(entry.path) === undefined),
		);
		return risk ? [{ path: entry.path, risk }] : [];
	});
}
