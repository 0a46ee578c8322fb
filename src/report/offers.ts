import type { Passage } from "../core/documentation/mention.ts";
import { pathToText } from "../core/path/path.ts";
import { printable, quoteShellLine } from "../core/path/quote.ts";
import type { Offer } from "../core/plan/plan.ts";
import type { Messages } from "../messages/messages.ts";

/** The option that takes an offer up. */
export function offerOption({ kind, path }: Offer): string {
	const option = kind === "state" ? "--seed" : kind === "documented-writable" ? "--writable" : "--include";
	return quoteShellLine([option, pathToText(path) ?? path]);
}

/** What an offer is, and of what documentation names, where that stands. */
export function offerText({ bytes, files, kind, passage }: Offer, messages: Messages): string {
	const found = messages.cli.plan.offered[kind](files, messages.bytes(bytes));
	return passage === undefined ? found : `${found}; ${passageText(passage, messages)}`;
}

/** `named(8), FILES, line 12: "…"` of a passage. */
export function passageText({ document, kind, line, section, text }: Passage, messages: Messages): string {
	const words = messages.cli.plan.documents;
	if (kind === "package") return words.package(printable(document));
	const place = [document, ...(section === undefined ? [] : [section]), ...(line === undefined ? [] : [words.line(line)])];
	return `${printable(place.join(", "))}: ${words.quoted(printable(text))}`;
}
