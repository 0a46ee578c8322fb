import { useLayoutEffect, useMemo } from "react";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";

/** A page over the screen: a title and as many lines as fit, from where it was scrolled to. Each line is one row; who has longer ones wraps them. */
export function ScrollPage({ lines, title }: { title: string; lines: readonly string[] }) {
	const { height, messages, onMeasured, state } = useView();
	const crowded = lines.length > height - 1;
	const room = height - (crowded ? 2 : 1);
	const end = Math.max(0, lines.length - room);
	const { find } = state;
	const sought = find?.text.toLowerCase();
	const found = useMemo(
		() => lines.flatMap((line, row) => (sought !== undefined && line.toLowerCase().includes(sought) ? [row] : [])),
		[lines, sought],
	);
	// The reducer moves, but only who draws knows how many rows the text has, and what is in them.
	useLayoutEffect(() => onMeasured?.(end, found), [onMeasured, end, found]);
	const start = Math.min(state.scroll, end);
	const place = find
		? `  ${messages.fill(messages.wizard.matches, { at: found.indexOf(find.at) + 1, count: found.length, query: find.text })}`
		: "";
	return (
		<>
			<Line bold>{`${title}${place}`}</Line>
			{lines.slice(start, start + room).map((line, index) => (
				<Line
					// biome-ignore lint/suspicious/noArrayIndexKey: lines of a text repeat
					key={index}
					bold={found.includes(start + index)}
					inverse={find?.at === start + index}
				>
					{line === "" ? " " : line}
				</Line>
			))}
			{crowded ? <Line dimColor>{messages.fill(messages.wizard.more, { above: start, below: end - start })}</Line> : null}
		</>
	);
}
