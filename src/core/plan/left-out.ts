import { type Path, pathToText } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { linkFiles, placeOf } from "./links.ts";
import type { Plan, Risk } from "./plan.ts";

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
