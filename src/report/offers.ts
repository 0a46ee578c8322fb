import { pathToText } from "../core/path/path.ts";
import { quoteShellLine } from "../core/path/quote.ts";
import type { Offer } from "../core/plan/plan.ts";

/** The option that takes an offer up. */
export function offerOption({ kind, path }: Offer): string {
	return quoteShellLine([kind === "state" ? "--seed" : "--include", pathToText(path) ?? path]);
}
