import { type Path, pathToJson } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { octal } from "../../base/text.ts";
import { reasonToJson } from "../../cage/manifest.ts";
import { fields, indent } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Messages } from "../../messages/messages.ts";
import { showReason } from "../../plan/report/reasons.ts";
import { type Explanation, explainCage, explainSubject, type Overview } from "../engine/explain.ts";
import type { Refusal } from "../explain.ts";
import type { Absence } from "../path.ts";

export function explain(terminal: Terminal, name: string, subject: string | undefined): Promise<number> {
	return terminal.withContext(async (context) => {
		if (subject === undefined) {
			const overview = await explainCage(context, name);
			return terminal.result("explain", { name, ...overviewToJson(overview) }, () =>
				overviewText(name, overview, terminal.messages),
			);
		}
		const found = await explainSubject(context, name, subject);
		return terminal.result("explain", { name, subject, explanations: found.map(explanationToJson) }, () =>
			found.map((one) => explanationText(one, terminal.messages)).join("\n"),
		);
	});
}

function explanationText(one: Explanation, messages: Messages): string {
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

function overviewText(name: string, { answered, at, declined, refusals }: Overview, messages: Messages): string {
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

function explanationToJson(one: Explanation) {
	if (one.subject !== "path") return one;
	const { cover, entry, path, place, ...rest } = one;
	const shown = (value: Path) => pathToJson(value);
	return {
		...rest,
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

function overviewToJson({ declined, ...overview }: Overview) {
	return { ...overview, declined: declined.map(({ path, risk }) => ({ path: pathToJson(path), risk })) };
}
