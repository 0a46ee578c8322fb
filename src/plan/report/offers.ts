import { pathToJson, pathToText } from "../../base/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../base/path/quote.ts";
import { table } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { remedyOption } from "../../options/trial-decisions.ts";
import type { Passage } from "../../service/documentation.ts";
import type { Missing } from "../missing.ts";
import type { Grant, Offer } from "../plan.ts";

/** The option that accepts an offer. */
export function offerOption({ kind, path }: Offer): string {
	const option = kind === "state" ? "--seed" : kind === "documented-writable" ? "--writable" : "--include";
	return quoteShellLine([option, pathToText(path) ?? path]);
}

/** One line for each refusal in the cage that no option allows: the option, then the refused call. */
export function offeredTable(missing: readonly Missing[], messages: Messages): string | undefined {
	const rows = missing.flatMap((one) => {
		const option = remedyOption(one);
		if (option === undefined) return [];
		const by = one.program === undefined ? [] : [showPath(one.program)];
		return [[option, messages.missingKind(one.kind), `${printable(one.call)}: ${one.error}`, ...by]];
	});
	return rows.length ? table(rows) : undefined;
}

/** One line for each permission: its word, the call and program that proved the need, and the source. */
export function grantsTable(grants: readonly Grant[], messages: Messages): string | undefined {
	const words = messages.cli.made;
	const rows = grants.map(({ call, program, round, source, word }) => [
		word,
		source === "option" ? "" : words.permissionNeed(printable(call), program === undefined ? undefined : showPath(program)),
		words.permissionSource(source, round),
	]);
	return rows.length ? table(rows) : undefined;
}

export function grantToJson({ program, ...grant }: Grant) {
	return { ...grant, ...(program === undefined ? {} : { program: pathToJson(program) }) };
}

/** An offer as text, with the passage if documentation names it. */
export function offerText({ bytes, files, kind, passage }: Offer, messages: Messages): string {
	const found = messages.cli.plan.offered[kind](files, messages.bytes(bytes));
	return passage === undefined ? found : `${found}; ${passageText(passage, messages)}`;
}

/** A passage as `named(8), FILES, line 12: "…"`. */
function passageText({ document, kind, line, section, text }: Passage, messages: Messages): string {
	const words = messages.cli.plan.documents;
	if (kind === "package") return words.package(printable(document));
	const place = [document, ...(section === undefined ? [] : [section]), ...(line === undefined ? [] : [words.line(line)])];
	return `${printable(place.join(", "))}: ${words.quoted(printable(text))}`;
}
