import type { Path } from "../../../core/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../../core/path/quote.ts";
import { capabilityWord, permissionWords } from "../../../core/plan/permissions.ts";
import type { Grant } from "../../../core/plan/plan.ts";
import type { Messages } from "../../../messages/messages.ts";
import { offerOption, offerText } from "../../../report/offers.ts";
import { showReason } from "../../../report/reasons.ts";
import type { ReviewRow, SectionName } from "./review.ts";

export interface ReviewLine {
	/** The title of a section. Empty if the line continues the one above it. */
	readonly label: string;
	readonly value: string;
	/** Details for the selected line and the saved review. */
	readonly more?: string;
	readonly section?: SectionName;
	readonly warns?: boolean;
	readonly isSentence?: boolean;
}

const remembered = new WeakMap<readonly ReviewRow[], { messages: Messages; lines: readonly ReviewLine[] }>();

/** One line per row. Cached, because each frame needs them. */
export function reviewLines(rows: readonly ReviewRow[], messages: Messages): readonly ReviewLine[] {
	const known = remembered.get(rows);
	if (known?.messages === messages) return known.lines;
	const lines = makeLines(rows, messages);
	remembered.set(rows, { messages, lines });
	return lines;
}

function makeLines(rows: readonly ReviewRow[], messages: Messages): readonly ReviewLine[] {
	const all = rows.map((row) => reviewLine(row, messages));
	return all.map((line, index) => {
		const repeats = !line.section && all[index - 1]?.label === line.label;
		return repeats ? { ...line, label: "" } : line;
	});
}

/** The review as a text file. */
export function reviewText(name: string, rows: readonly ReviewRow[], messages: Messages): string {
	const lines = reviewLines(rows, messages);
	const width = Math.max(0, ...lines.map((line) => (line.section ? 0 : line.label.length)));
	const text = lines.map(({ label, more, section, value, warns }) => {
		const whole = more === undefined ? value : `${value}; ${more}`;
		return section ? `\n${label}` : `${warns ? "!" : " "} ${`${label.padEnd(width)}  ${whole}`.trimEnd()}`;
	});
	return `${messages.fill(messages.wizard.build.reviewOf, { name })}\n${text.join("\n")}\n`;
}

function reviewLine(row: ReviewRow, messages: Messages): ReviewLine {
	const words = messages.wizard.build;
	const { labels } = words;
	const fill = messages.fill;
	switch (row.kind) {
		case "section":
			return { label: words.sections[row.section], value: "", section: row.section };
		case "command":
			return { label: labels.command, value: printable(quoteShellLine(row.words)) };
		case "account":
			return accountLine(row, messages);
		case "directory":
			return { label: labels.directory, value: printable(row.path) };
		case "variables":
			return { label: labels.variables, value: row.names.map(printable).join(", ") };
		case "probe":
		case "exercise":
			return { label: labels[row.kind], value: printable(row.line) };
		case "note":
			return { label: labels.note, value: messages.note(row.code, row.values), warns: true };
		case "network":
			return { label: labels.network, value: words.networks[row.network] };
		case "calls":
			return { label: labels.calls, value: fill(words.callsValue, { permitted: row.permitted, general: row.general }) };
		case "capability":
			return {
				label: labels.capability,
				value: fill(words.open, { what: `CAP_${row.name.toUpperCase()}`, why: whyOpen(row, messages) }),
				more: fill(words.refuse, { option: `--refuse ${capabilityWord(row.name)}` }),
				warns: true,
			};
		case "permission": {
			const why = row.name === "syslog" ? showPath(row.why as Path) : whyOpen(row, messages);
			return {
				label: labels.permission,
				value: fill(words.open, { what: words.permissions[row.name], why }),
				more: fill(words.refuse, { option: `--refuse ${permissionWords[row.name]}` }),
				warns: ["proc", "kernelProc", "sys", "writableCode"].includes(row.name),
			};
		}
		case "closed":
			return { label: "", value: words.closed };
		case "refused":
			return { label: labels.refused, value: `${printable(row.name)} (${printable(row.why)})` };
		case "undecided":
			return { label: labels.undecided, value: fill(words.undecidedValue, { count: row.count }), warns: true };
		case "declined":
			return { label: labels.declined, value: `${showPath(row.path as Path)} (${allowing(row.risk, messages)})` };
		case "offer":
			return { label: labels.offer, value: `${printable(offerOption(row.offer))}: ${offerText(row.offer, messages)}` };
		case "unknown":
			return { label: "", value: messages.wizard.looking };
		case "new-cage":
		case "data-stays":
		case "old-data":
			return { label: "", value: words.existing[row.kind], warns: row.kind === "old-data", isSentence: true };
		case "cage": {
			const { command, generation } = row;
			const value = fill(words.existing.cage, { generation, command: quoteShellLine(command) });
			return { label: "", value, isSentence: true };
		}
		case "adopted":
			return { label: "", value: fill(words.existing.adopted, { service: row.service }), warns: true };
		case "room": {
			const { free, needed } = row;
			if (free === undefined) return { label: labels.needed, value: fill(words.needed, { needed }) };
			return { label: labels.needed, value: fill(words.neededOf, { needed, free }), warns: needed > free };
		}
		case "limit":
			return {
				label: labels[row.limit],
				value: row.limit === "memory" ? messages.bytes(row.value) : messages.count(row.value),
			};
		case "totals":
			return { label: labels.totals, value: fill(words.contentsValue, { ...row.totals }) };
		case "group":
			return groupLine(row, messages);
		case "device":
			return { label: "", value: showPath(row.path as Path) };
		case "writable":
			return writableLine(row, messages);
		case "shared": {
			const { example, kind, path } = row.directory;
			const why = showReason({ kind: "shared", what: kind, example }, messages);
			return { label: labels.readOnly, value: `${showPath(path)} (${why})` };
		}
		case "bind": {
			const { access, path } = row.bind;
			return { label: access === "ro" ? labels.readOnly : labels.writes, value: printable(path), warns: access === "rw" };
		}
		case "kept":
			return {
				label: `${messages.wizard.accounts[row.account]} ${printable(row.name)}`,
				value: `${row.id}: ${messages.accountReason(row.reason)}`,
			};
		case "not-kept":
			return { label: labels.notKept, value: fill(words.notKept, { users: row.users, groups: row.groups }) };
		case "without":
			return { label: labels.without, value: row.names.map(printable).join(", ") };
		case "none":
			return { label: "", value: noneOf(row.section, messages) };
	}
}

function noneOf(section: SectionName, messages: Messages): string {
	const words = messages.wizard.build;
	if (section === "limits") return words.noLimits;
	return section === "left-out" ? words.nothing : words.none;
}

function accountLine({ dedicated, name, uid }: ReviewRow & { kind: "account" }, messages: Messages): ReviewLine {
	const words = messages.wizard.build;
	const own = dedicated === undefined ? "" : ` ${messages.fill(words.dedicated, { name: dedicated })}`;
	const value = uid === 0 ? messages.wizard.accounts.runsAsRoot : `${printable(name)} (uid ${uid})`;
	return { label: words.labels.account, value: value + own, warns: uid === 0 };
}

function groupLine({ group }: ReviewRow & { kind: "group" }, messages: Messages): ReviewLine {
	const { bytes, name, paths, recommendation } = group;
	const words = messages.cli.plan;
	const much = [messages.count(paths.length), ...(bytes ? [messages.bytes(bytes)] : [])].join(", ");
	return { label: words.groups[name], value: `${much}: ${words.recommendations[recommendation]}` };
}

function writableLine({ directory }: ReviewRow & { kind: "writable" }, messages: Messages): ReviewLine {
	const words = messages.wizard.build;
	const { path, seeds } = directory;
	if (!seeds.length) return { label: "", value: `${showPath(path)} (${words.startsEmpty})` };
	const bytes = seeds.reduce((sum, seed) => sum + seed.bytes, 0);
	const from = seeds.map((seed) => showPath(seed.path)).join(", ");
	return { label: "", value: `${showPath(path)} (${messages.fill(words.seeded, { bytes, from })})` };
}

/** The risk, and the option that accepts it if there is one. */
function allowing(risk: (ReviewRow & { kind: "declined" })["risk"], messages: Messages): string {
	const words: Readonly<Record<string, string>> = messages.cli.plan.allow;
	return words[risk] ?? messages.risk(risk);
}

/** The call and program that need the permission, and where it was observed. */
function whyOpen({ grant, why }: { readonly why: string; readonly grant?: Grant }, messages: Messages): string {
	if (grant === undefined || grant.source === "option") return printable(why);
	const { call, program, round, source } = grant;
	const words = messages.cli.made;
	const need = words.permissionNeed(printable(call), program === undefined ? undefined : showPath(program));
	return `${need}, ${words.permissionSource(source, round)}`;
}
