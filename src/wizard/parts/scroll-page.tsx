import { useLayoutEffect, useMemo } from "react";
import { Line, Paragraph } from "./line.tsx";
import { useView } from "./look.ts";
import { gapRows, moreText } from "./rows.tsx";

/** A title and lines to scroll through. Each line must fit in one row. */
export function ScrollPage({ lines: given, title }: { title: string; lines: readonly string[] }) {
	const { height, messages, onMeasured, state } = useView();
	const gap = gapRows(height);
	const lines = given[0] === "" ? given.slice(1) : given;
	const crowded = lines.length > height - 1 - gap;
	const room = height - gap - (crowded ? 2 : 1);
	const end = Math.max(0, lines.length - room);
	const { find } = state;
	const sought = find?.text.toLowerCase();
	const found = useMemo(
		() => lines.flatMap((line, row) => (sought !== undefined && line.toLowerCase().includes(sought) ? [row] : [])),
		[lines, sought],
	);
	// The reducer scrolls, but only the component knows the rows and what they contain.
	useLayoutEffect(() => onMeasured?.(end, found), [onMeasured, end, found]);
	const start = Math.min(state.scroll, end);
	const place = find
		? `  ${messages.fill(messages.wizard.matches, { at: found.indexOf(find.at) + 1, count: found.length, query: find.text })}`
		: "";
	return (
		<>
			<Line bold>{`${title}${place}`}</Line>
			{gap ? <Line /> : null}
			<Paragraph
				lines={lines.slice(start, start + room)}
				each={(_, index) => ({ bold: found.includes(start + index), inverse: find?.at === start + index })}
			/>
			{crowded ? <Line dimColor>{moreText({ above: start, below: end - start }, messages)}</Line> : null}
		</>
	);
}
