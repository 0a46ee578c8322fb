import { reasonToJson } from "../core/cage/manifest.ts";
import type { Refusal } from "../core/explain/explain.ts";
import type { Absence } from "../core/explain/path.ts";
import { type Path, pathToJson } from "../core/path/path.ts";
import { printable, showPath } from "../core/path/quote.ts";
import { octal } from "../core/text.ts";
import type { Explanation, Overview } from "../engine/plan/explain.ts";
import type { Messages } from "../messages/messages.ts";
import { fields, indent } from "./format.ts";
import { showReason } from "./reasons.ts";

export function explanationText(one: Explanation, messages: Messages): string {
	const words = messages.explain;
	if (one.subject === "capability") {
		if (one.kept !== undefined) return words.capabilityKept(one.name, printable(one.kept));
		return one.startsAsRoot ? words.capabilityUnneeded(one.name) : words.capabilityOfAccount(one.name);
	}
	if (one.subject === "call") {
		const { permittedBy: by } = one;
		const passes =
			by && words.callPermitted(one.name, words.callReasons[by.rule](by.rule === "group" ? by : { group: "", example: "" }));
		if (!one.denials.length && !one.refusals.length) return passes ?? words.callPasses(one.name, one.opened);
		return [
			...(passes === undefined ? [] : [passes]),
			...one.denials.map(({ answer, when, why }) =>
				words.callDenied(one.name, answer, words.why[why], when === undefined ? "" : words.when[when]),
			),
			...(one.denials.length && one.refusals.every(({ option }) => option === undefined) ? [words.nothingPermits] : []),
			...one.refusals.filter(({ option }) => option !== undefined).map((refusal) => refusalText(refusal, messages)),
		].join("\n");
	}
	const { absence, cover, entry, may, path, place, refusals } = one;
	const leads = place === path ? showPath(path) : `${showPath(path)} -> ${showPath(place)}`;
	return [
		leads,
		indent(
			fields([
				[words.is, entry && `${words.kinds[entry.kind]} ${octal(entry.mode)} ${entry.uid}:${entry.gid}`],
				[words.because, entry?.reasons.map((reason) => showReason(reason, messages))],
				[words.absent, absence && words.absence[absence.kind](detailOf(absence, messages))],
				[words.mount, words.mounts[cover.mount](showPath(cover.at), cover.access)],
				[words.may, may.length ? may.map((action) => words.actions[action]).join(", ") : undefined],
			]),
		),
		...refusals.map((refusal) => indent(refusalText({ ...refusal, what: words.actions[refusal.what as "read"] }, messages))),
	].join("\n");
}

function detailOf(absence: Absence, messages: Messages): string {
	if (absence.kind === "excluded") return printable(absence.rule);
	if (absence.kind === "unneeded") return showReason(absence, messages);
	return absence.kind === "declined" && absence.risk ? messages.risk(absence.risk) : "";
}

export function overviewText(name: string, { answered, at, declined, refusals }: Overview, messages: Messages): string {
	const words = messages.explain;
	return [
		at === undefined ? words.noTrial(name) : words.trial(answered, at),
		...(refusals.length
			? [indent(refusals.map((refusal) => refusalText(refusal, messages)).join("\n"))]
			: [words.nothingRefused]),
		...(declined.length
			? [`${words.declined}:`, indent(declined.map(({ path, risk }) => `${showPath(path)} (${messages.risk(risk)})`).join("\n"))]
			: []),
	].join("\n");
}

function refusalText({ layers, option, options, what }: Refusal, messages: Messages): string {
	const words = messages.explain;
	const by = layers.map((layer) => words.layers[layer]).join(", ");
	return `${words.refused(printable(what), by)} ${option === undefined ? words.nothingPermits : words.permits((options ?? [option]).map(printable))}`;
}

export function explanationToJson(one: Explanation): object {
	if (one.subject !== "path") return one;
	const { cover, entry, path, place } = one;
	const shown = (value: Path) => pathToJson(value);
	return {
		...one,
		path: shown(path),
		place: shown(place),
		cover: { ...cover, at: shown(cover.at) },
		...(entry
			? {
					entry: {
						kind: entry.kind,
						mode: octal(entry.mode),
						uid: entry.uid,
						gid: entry.gid,
						reasons: entry.reasons.map(reasonToJson),
					},
				}
			: {}),
	};
}

export function overviewToJson({ declined, ...overview }: Overview): object {
	return { ...overview, declined: declined.map(({ path, risk }) => ({ path: pathToJson(path), risk })) };
}
