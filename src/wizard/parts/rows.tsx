import { Box, Text } from "ink";
import { Fragment, type ReactNode } from "react";
import { printable } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { linearRows, windowOf } from "../state/list.ts";
import { Line, Paragraph } from "./line.tsx";
import { useView } from "./look.ts";

interface RowsProps<T> {
	readonly items: readonly T[];
	readonly cursor: number;
	readonly height: number;
	readonly row: (item: T, selected: boolean, index: number) => ReactNode;
}

/** The mark of the selected row, as the first column of a list. */
export const cursorMark = (selected: boolean) => (selected ? "❯" : " ");

/** Rows from which a screen has blank rows between its parts. */
const roomy = 13;

/** A blank row if the screen is high enough. */
export const gapRows = (height: number) => (height >= roomy ? 1 : 0);

/** The visible part of a list. If not all of it fits, the last row counts the items above and below. */
export function Rows<T>({ cursor, height: given, items, row }: RowsProps<T>) {
	const { linear, messages } = useView();
	const height = linear ? Math.min(given, linearRows) : given;
	if (height < 1) return null;
	const crowded = items.length > height;
	const { end, start } = windowOf(cursor, items.length, crowded ? height - 1 : height);
	return (
		<>
			{items.slice(start, end).map((item, at) => {
				const index = start + at;
				const drawn = row(item, index === cursor, index);
				// The key is the position on the screen, so that scrolling changes texts instead of replacing rows.
				const place = at;
				return linear ? <Numbered key={place} number={index + 1} row={drawn} /> : <Fragment key={place}>{drawn}</Fragment>;
			})}
			{crowded ? (
				<Line dimColor>
					{linear
						? messages.fill(messages.wizard.linear.rows, { from: start + 1, to: end, of: items.length })
						: moreText({ above: start, below: items.length - end }, messages)}
				</Line>
			) : null}
		</>
	);
}

/** How many items are above and below the visible ones. A zero says nothing. */
export function moreText(
	{ above, below }: { readonly above: number; readonly below: number },
	{ fill, wizard }: Messages,
): string {
	const { more } = wizard;
	return fill(above === 0 ? more.below : below === 0 ? more.above : more.both, { above, below });
}

function Numbered({ number, row }: { number: number; row: ReactNode }) {
	return (
		<Box>
			<Text>{`${number}.`}</Text>
			{row}
		</Box>
	);
}

/** Lines for a screen reader. */
const linesSaid = 5;

/** The last lines of output that fit. */
export function OutputTail({ height: given }: { height: number }) {
	const { linear, messages, state } = useView();
	const height = linear ? Math.min(given, linesSaid) : given;
	if (height < 1) return null;
	const lines = (state.outputOpen === "" ? state.output : [...state.output, state.outputOpen]).slice(-height);
	if (!lines.length) return <Line dimColor>{messages.wizard.trace.noOutput}</Line>;
	return <Paragraph lines={lines.map(printable)} dimColor />;
}
