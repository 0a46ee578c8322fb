import { Box, Text } from "ink";
import { Fragment, type ReactNode } from "react";
import { linearRows } from "../linear/reduce.ts";
import { windowOf } from "../list.ts";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";

interface RowsProps<T> {
	readonly items: readonly T[];
	readonly cursor: number;
	readonly height: number;
	readonly row: (item: T, selected: boolean, index: number) => ReactNode;
}

/** The part of a list that fits, with a last row that says how much there is above and below. */
export function Rows<T>({ cursor, height: given, items, row }: RowsProps<T>) {
	const { linear, messages } = useView();
	const height = linear ? Math.min(given, linearRows) : given;
	const crowded = items.length > height;
	const { end, start } = windowOf(cursor, items.length, crowded ? height - 1 : height);
	return (
		<>
			{items.slice(start, end).map((item, at) => {
				const index = start + at;
				const drawn = row(item, index === cursor, index);
				// By its place on the screen, not in the list: when that moves, each place only says something else.
				const place = at;
				return linear ? <Numbered key={place} number={index + 1} row={drawn} /> : <Fragment key={place}>{drawn}</Fragment>;
			})}
			{crowded ? <Line dimColor>{messages.fill(messages.wizard.more, { above: start, below: items.length - end })}</Line> : null}
		</>
	);
}

function Numbered({ number, row }: { number: number; row: ReactNode }) {
	return (
		<Box>
			<Text>{`${number}.`}</Text>
			{row}
		</Box>
	);
}
