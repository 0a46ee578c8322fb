import { Box, render } from "ink";
import { Body } from "../body.tsx";
import { type Look, LookContext, ViewContext, WidthContext } from "../parts/look.ts";
import type { WizardState } from "../state/state.ts";
import { speech } from "./dialogue.ts";

/** Wide enough that nothing is wrapped or cut. */
const width = 10_000;
/** High enough for every step; lists are limited to `linearRows`. */
const height = 200;

/** The screen as lines for a screen reader, from the same components. */
export function renderLines(state: WizardState, look: Look): readonly string[] {
	const view = { ...look, color: false, linear: true, state, width, height };
	let written = "";
	const nowhere = {
		columns: width,
		rows: height,
		write: (text: string) => {
			written = text;
			return true;
		},
		on() {},
		off() {},
	};
	const { unmount } = render(
		<LookContext value={view}>
			<WidthContext value={width}>
				<ViewContext value={view}>
					<Box flexDirection="column">
						<Body />
					</Box>
				</ViewContext>
			</WidthContext>
		</LookContext>,
		{
			stdout: nowhere as unknown as NodeJS.WriteStream,
			isScreenReaderEnabled: true,
			debug: true,
			exitOnCtrlC: false,
			patchConsole: false,
		},
	);
	const drawn = written;
	unmount();
	return drawn
		.split("\n")
		.map((line) => speech(line, look))
		.filter((line) => line !== "");
}
