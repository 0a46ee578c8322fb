import { useLayoutEffect } from "react";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";

/** A page over the screen: a title and as many lines as fit, from where it was scrolled to. Each line is one row; who has longer ones wraps them. */
export function ScrollPage({ lines, title }: { title: string; lines: readonly string[] }) {
	const { height, messages, onMeasured, state } = useView();
	const crowded = lines.length > height - 1;
	const room = height - (crowded ? 2 : 1);
	const end = Math.max(0, lines.length - room);
	// The reducer moves, but only who draws knows how many rows the text has.
	useLayoutEffect(() => onMeasured?.(end), [onMeasured, end]);
	const start = Math.min(state.scroll, end);
	return (
		<>
			<Line bold>{title}</Line>
			{lines.slice(start, start + room).map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines of a text repeat
				<Line key={index}>{line === "" ? " " : line}</Line>
			))}
			{crowded ? <Line dimColor>{messages.fill(messages.wizard.more, { above: start, below: end - start })}</Line> : null}
		</>
	);
}
