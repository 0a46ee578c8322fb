import { Text, Transform } from "ink";
import { memo } from "react";
import { useLook } from "../look.ts";

/**
 * Rows of dashes and bars, that become lines where the terminal has them. Only once they are drawn: Ink measures a text with each picture, and what is not
 * ASCII character by character.
 */
export const Ruled = memo(function Ruled({ children }: { children: string }) {
	const { ascii } = useLook();
	const text = (
		<Text dimColor wrap="truncate">
			{children}
		</Text>
	);
	return ascii ? text : <Transform transform={lines}>{text}</Transform>;
});

function lines(row: string): string {
	return row.replaceAll("-", "─").replaceAll("|", "│");
}
