import type { ReactNode } from "react";
import { windowOf } from "../../core/wizard/list.ts";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";

interface RowsProps<T> {
	readonly items: readonly T[];
	readonly cursor: number;
	readonly height: number;
	readonly row: (item: T, selected: boolean, index: number) => ReactNode;
}

/** The part of a list that fits, with a last row that says how much there is above and below. */
export function Rows<T>({ cursor, height, items, row }: RowsProps<T>) {
	const { messages } = useView();
	const crowded = items.length > height;
	const { end, start } = windowOf(cursor, items.length, crowded ? height - 1 : height);
	return (
		<>
			{items.slice(start, end).map((item, offset) => row(item, start + offset === cursor, start + offset))}
			{crowded ? <Line dimColor>{messages.fill(messages.wizard.more, { above: start, below: items.length - end })}</Line> : null}
		</>
	);
}
