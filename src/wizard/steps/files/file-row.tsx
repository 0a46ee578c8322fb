import { memo } from "react";
import type { Path } from "../../../core/path/path.ts";
import { showPath } from "../../../core/path/quote.ts";
import type { GroupName } from "../../../core/plan/groups.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useLook } from "../../look.ts";
import { percent, SplitLine, shareBar } from "../../parts/line.tsx";
import { cursorMark } from "../../parts/rows.tsx";
import { needsAttention } from "./attention.ts";
import { itemNow, type PendingPlan, sumsNow, willBeMounted } from "./pending.ts";
import type { FileNode, Item } from "./tree.ts";

/** Groups of directories that the application writes to. */
const written: readonly GroupName[] = ["state", "logs", "runtime"];

const barWidths = { narrow: 8, wide: 16 };
const bytesWidth = 8;

export const FileRow = memo(function FileRow({ isOpen, node, selected, current, tree, whole, width }: RowProps) {
	const { messages } = useLook();
	const mark = markOf(node, current);
	return (
		<SplitLine
			width={width}
			cut="middle"
			left={`${cursorMark(selected)} ${tree ? branch(node, isOpen) : ""}${mark} ${nameOf(node, tree, messages)}`}
			right={columns(node, current, whole, width, messages)}
			selected={selected}
			bold={node.kind === "group"}
			tone={mark === "[!]" ? "warning" : undefined}
		/>
	);
});

interface RowProps {
	readonly node: FileNode;
	readonly selected: boolean;
	readonly current: PendingPlan;
	/** Size of the cage in bytes. */
	readonly whole: number;
	readonly isOpen: boolean;
	/** Show the part of the path below the parent row instead of the whole path. */
	readonly tree: boolean;
	readonly width: number;
}

function branch({ children, depth }: FileNode, isOpen: boolean): string {
	return `${"  ".repeat(depth)}${children.length ? (isOpen ? "▾ " : "▸ ") : "  "}`;
}

function nameOf({ group, kind, name, path }: FileNode, tree: boolean, messages: Messages): string {
	if (kind === "group") return messages.wizard.files.groups[group];
	return `${showPath((tree ? name : (path ?? name)) as Path)}${kind === "folder" ? "/" : ""}`;
}

/** Included, left out, partly included, mounted, writable, or waiting for a decision. */
function markOf(node: FileNode, current: PendingPlan): string {
	if (willBeMounted(current, node)) return "[m]";
	const item = itemNow(current, node);
	if (!item) {
		const sums = sumsNow(current, node);
		if (sums.waiting) return "[!]";
		if (written.includes(node.group)) return "[w]";
		return sums.in === sums.items ? "[✓]" : sums.in ? "[~]" : "[ ]";
	}
	if (item.kind === "state") return "[w]";
	const { decision, kind } = item.entry;
	if (decision === "declined") return needsAttention(item.entry) ? "[!]" : "[ ]";
	return kind === "bind" ? "[m]" : "[✓]";
}

/** A word and a count, the size, and its share of the cage, in columns. A narrow terminal shows fewer of them. */
function columns(node: FileNode, current: PendingPlan, whole: number, width: number, messages: Messages): string {
	const item = itemNow(current, node);
	const sums = sumsNow(current, node);
	// A file that is left out has a size, but no share.
	const bytes = sums.bytesIn || sums.bytes;
	const size = bytes ? messages.bytes(bytes) : "";
	const word = item ? wordOf(item, messages) : node.kind === "group" ? recommended(node, current, messages) : "";
	if (width < 60) return item && word !== "" ? word : size;
	const share = sums.bytesIn ? `${percent(sums.bytesIn, whole)} %` : "";
	if (width < 76) return item ? (word === "" ? size : word) : `${size} ${share.padStart(5)}`;
	const count = item ? "" : messages.count(sums.items);
	const bar = shareBar(sums.bytesIn, whole, width < 100 ? barWidths.narrow : barWidths.wide);
	const text = `${word}${count.padStart(word === "" ? 0 : 6)} ${size.padStart(bytesWidth)} ${bar} ${share.padStart(5)}`;
	// A long word needs the room of the empty columns.
	return text.length > width * 0.55 ? text.trimEnd() : text;
}

function recommended(node: FileNode, { tree }: PendingPlan, messages: Messages): string {
	const [first] = tree.recommended.get(node.group) ?? [];
	return first === undefined ? "" : messages.wizard.files.recommended[first];
}

function wordOf(item: Item, messages: Messages): string {
	const words = messages.wizard.files;
	if (item.kind === "state") {
		const { seeds } = item.directory;
		return seeds.length ? messages.fill(words.stateSeeded, { count: seeds.length }) : words.stateEmpty;
	}
	const { device, kind, risks } = item.entry;
	const risk = risks.find((one) => one !== "large");
	if (risk !== undefined) return messages.risk(risk);
	return device ? messages.fill(words.device, { ...device }) : words.kinds[kind];
}
