import { type Path, pathToText } from "../../../base/path/path.ts";
import { escapeGlob, printable, showPath } from "../../../base/path/quote.ts";
import { octal } from "../../../base/text.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Entry, Plan, WritableDirectory } from "../../../plan/plan.ts";
import { showReason } from "../../../plan/report/reasons.ts";
import { matchPaths } from "../../../plan/rules.ts";
import type { Rules } from "../../../service/application.ts";
import { percent, shareBar } from "../../parts/line.tsx";
import type { WizardState } from "../../state/state.ts";
import { bytesOfCage, itemNow, largestBelow, type PendingPlan, pendingPlanOf, sumsNow, willBeMounted } from "./pending.ts";
import { type FileNode, type Item, placeOfLink } from "./tree.ts";
import { newTest } from "./visible-rows.ts";

/** Paths to show of a long list. */
const mostPaths = 6;
/** Items to show of the largest. */
const mostLargest = 8;

/** All facts about a row, a line each. */
export function fileFacts(row: FileNode, state: WizardState, messages: Messages): readonly string[] {
	const { answers, files, plan } = state;
	if (!plan) return [];
	const current = pendingPlanOf(plan, files.pending);
	const title = row.path === undefined ? messages.wizard.files.groups[row.group] : showPath(row.path);
	const item = itemNow(current, row);
	const mounted = willBeMounted(current, row) ? [messages.wizard.files.isMounted] : [];
	if (!item) return [title, "", ...mounted, ...folderFacts(row, current, messages)];
	if (item.kind === "state")
		return [title, "", ...mounted, ...stateFacts(item.directory, messages), "", messages.wizard.files.canState];
	const isNew = newTest(plan, files.tried)(item.entry) ? [messages.wizard.files.isNew] : [];
	return [title, "", ...mounted, ...entryFacts(item, plan, answers?.rules, messages), ...isNew];
}

function folderFacts(row: FileNode, current: PendingPlan, messages: Messages): string[] {
	const words = messages.wizard.files;
	const { tree } = current;
	const sums = sumsNow(current, row);
	const whole = bytesOfCage(current);
	const spare = row.kind === "group" ? tree.spare.get(row.group) : undefined;
	const proposed = row.kind === "group" ? (tree.recommended.get(row.group) ?? []) : [];
	const largest = largestBelow(current, row, mostLargest);
	return [
		messages.fill(words.sums, { in: sums.in, items: sums.items, bytes: sums.bytesIn, share: percent(sums.bytesIn, whole) }),
		...(sums.waiting ? [messages.fill(words.waitingHere, { count: sums.waiting })] : []),
		...(proposed.length
			? [messages.fill(words.recommendation, { words: proposed.map((one) => words.recommended[one]).join(", ") })]
			: []),
		...(spare === undefined ? [] : [messages.fill(words.spare, { place: spare })]),
		...(largest.length ? ["", words.largest] : []),
		...largest.map((child) => {
			const { bytesIn } = sumsNow(current, child);
			return `${shareBar(bytesIn, whole, 10)} ${messages.bytes(bytesIn).padStart(9)}  ${showPath(child.name as Path)}`;
		}),
		...(row.kind === "folder" ? ["", words.can] : []),
	];
}

function stateFacts({ gid, mode, reasons, seeds, uid }: WritableDirectory, messages: Messages): string[] {
	const words = messages.wizard.files;
	return [
		words.isState,
		...reasons.map((reason) => `- ${showReason(reason, messages)}`),
		messages.fill(words.whyMode, { mode: octal(mode), uid, gid }),
		"",
		...(seeds.length ? [words.seeded] : [words.startsEmpty]),
		...list(
			seeds.map((seed) => `${showPath(seed.path)} ${messages.bytes(seed.bytes)}`),
			messages,
		),
	];
}

function entryFacts(item: Extract<Item, { kind: "entry" }>, plan: Plan, rules: Rules | undefined, messages: Messages): string[] {
	const words = messages.wizard.files;
	const { entry } = item;
	const { decision, device, gid, kind, mode, path, reasons, risks, size, target, uid } = entry;
	const owner = entry.package;
	const rule = decision === "declined" && rules ? excludingRule(rules.exclude, path) : undefined;
	const pathsOf = (test: (one: Entry) => boolean) => plan.entries.filter(test).map((one) => one.path);
	const links = pathsOf((one) => placeOfLink(one) === path);
	// Libraries and interpreters that are included because of this file.
	const needs = pathsOf((one) =>
		one.reasons.some((reason) => (reason.kind === "needed-by" || reason.kind === "interpreter-of") && reason.by === path),
	);
	const shown = [words.kinds[kind], device ? messages.fill(words.device, { ...device }) : "", size ? messages.bytes(size) : ""];
	return [
		decision === "include" ? (kind === "bind" ? words.isMounted : words.goesIn) : words.leftOut,
		...(rule === undefined ? [] : [messages.fill(words.byRule, { rule })]),
		...risks.map((risk) => `! ${words.risks[risk]}`),
		...reasons.map((reason) => `- ${showReason(reason, messages)}`),
		"",
		...shown.filter((text) => text !== "" && text !== words.kinds.device),
		...(target === undefined ? [] : [`-> ${showPath(target)}`]),
		...(owner ? [messages.fill(words.fromPackage, { name: printable(owner.name), version: printable(owner.version) })] : []),
		messages.fill(words.whyMode, { mode: octal(mode), uid, gid }),
		...named(words.links, links, messages),
		...named(words.needs, needs, messages),
	];
}

function excludingRule(exclude: Rules["exclude"], path: Path): string | undefined {
	const own = escapeGlob(pathToText(path) ?? "");
	if (exclude.includes(own)) return own;
	return matchPaths(exclude)(path);
}

function named(title: string, paths: readonly Path[], messages: Messages): string[] {
	return paths.length ? ["", title, ...list(paths.map(showPath), messages)] : [];
}

function list(lines: readonly string[], messages: Messages): string[] {
	const more = lines.length - mostPaths;
	const shown = more > 1 ? lines.slice(0, mostPaths) : lines;
	const rest = more > 1 ? [`- ${messages.fill(messages.wizard.files.others, { count: more })}`] : [];
	return [...shown.map((line) => `- ${line}`), ...rest];
}
