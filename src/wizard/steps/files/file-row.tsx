import { memo } from "react";
import type { Path } from "../../../core/path/path.ts";
import { showPath } from "../../../core/path/quote.ts";
import type { GroupName } from "../../../core/plan/groups.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useLook } from "../../look.ts";
import { percent, shareBar } from "../../parts/bars.tsx";
import { SplitLine } from "../../parts/line.tsx";
import { needsAttention } from "./attention.ts";
import { itemNow, type PendingPlan, sumsNow, willBeMounted } from "./pending.ts";
import type { FileNode, Item } from "./tree.ts";

/** Groups of directories that the application writes. */
const written: readonly GroupName[] = ["state", "logs", "runtime"];

const barWidths = { narrow: 8, wide: 16 };
const bytesWidth = 8;

/** One row of the tree or of a list: what it is, whether it goes in, how much of the cage it is. */
export const FileRow = memo(function FileRow({ isOpen, node, selected, current, tree, whole, width }: RowProps) {
	const { messages } = useLook();
	const mark = markOf(node, current);
	return (
		<SplitLine
			width={width}
			cut="middle"
			left={`${selected ? ">" : " "} ${tree ? branch(node, isOpen) : ""}${mark} ${nameOf(node, tree, messages)}`}
			right={aside(node, current, whole, width, messages)}
			bold={selected || node.kind === "group"}
			{...(selected ? { color: "cyan" } : mark === "[!]" ? { color: "yellow" } : {})}
		/>
	);
});

interface RowProps {
	readonly node: FileNode;
	readonly selected: boolean;
	readonly current: PendingPlan;
	/** Bytes of the whole cage. */
	readonly whole: number;
	readonly isOpen: boolean;
	/** In the tree a row says its part of the path; in a list all of it. */
	readonly tree: boolean;
	readonly width: number;
}

function branch({ children, depth }: FileNode, isOpen: boolean): string {
	return `${"  ".repeat(depth)}${children.length ? (isOpen ? "- " : "+ ") : "  "}`;
}

function nameOf({ group, kind, name, path }: FileNode, tree: boolean, messages: Messages): string {
	if (kind === "group") return messages.wizard.files.groups[group];
	return `${showPath((tree ? name : (path ?? name)) as Path)}${kind === "folder" ? "/" : ""}`;
}

/** In, out, partly, mounted, for the application to write, or out until somebody says yes. */
function markOf(node: FileNode, current: PendingPlan): string {
	if (willBeMounted(current, node)) return "[m]";
	const item = itemNow(current, node);
	if (!item) {
		const sums = sumsNow(current, node);
		if (sums.waiting) return "[!]";
		if (written.includes(node.group)) return "[w]";
		return sums.in === sums.items ? "[x]" : sums.in ? "[~]" : "[ ]";
	}
	if (item.kind === "state") return "[w]";
	const { decision, kind } = item.entry;
	if (decision === "declined") return needsAttention(item.entry) ? "[!]" : "[ ]";
	return kind === "bind" ? "[m]" : "[x]";
}

/** Columns, so that the eye can go down them: a word or how many, the bytes, and their share of the cage. */
function aside(node: FileNode, current: PendingPlan, whole: number, width: number, messages: Messages): string {
	const item = itemNow(current, node);
	const sums = sumsNow(current, node);
	// What stays out has a size too, and no share.
	const bytes = sums.bytesIn || sums.bytes;
	const size = bytes ? messages.bytes(bytes) : "";
	const word = item ? wordOf(item, messages) : node.kind === "group" ? recommended(node, current, messages) : "";
	if (width < 60) return item && word !== "" ? word : size;
	const count = item ? "" : messages.count(sums.items);
	const share = sums.bytesIn ? `${percent(sums.bytesIn, whole)} %` : "";
	// Of single files only those that weigh something have a bar: the others would be rows of dots.
	const barWidth = width < 100 ? barWidths.narrow : barWidths.wide;
	const bar = sums.bytesIn && (!item || sums.bytesIn * 100 >= whole) ? shareBar(sums.bytesIn, whole, barWidth) : "";
	const numbers = `${size.padStart(bytesWidth)} ${bar.padEnd(barWidth)} ${share.padStart(4)}`;
	if (width < 76) return item ? (word === "" ? size : word) : `${size} ${share.padStart(4)}`;
	return `${word}${count.padStart(word === "" ? 0 : 6)} ${numbers}`;
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
