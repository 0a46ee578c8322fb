import { EventEmitter } from "node:events";
import { Box, render } from "ink";
import type { WizardState } from "../../core/wizard/state.ts";
import { asciiText } from "../../messages/ascii.ts";
import { type Look, ViewContext } from "../look.ts";
import { Body } from "../steps/body.tsx";

/** So wide that nothing is wrapped or cut: whoever reads it aloud does not care for columns. */
const width = 10_000;
/** Rows of the screen that is never drawn: enough for all of a step, whose lists are cut at `linearRows`. */
const height = 200;

/** What the screen says, as sentences for the ear: the same views, written once and without their layout. */
export function spokenLines(state: WizardState, look: Look): readonly string[] {
	const view = { ...look, color: false, linear: true, state, width, height };
	let written = "";
	const nowhere = Object.assign(new EventEmitter(), {
		columns: width,
		rows: height,
		write: (text: string) => {
			written = text;
			return true;
		},
	});
	const { unmount } = render(
		<ViewContext value={view}>
			<Box flexDirection="column">
				<Body />
			</Box>
		</ViewContext>,
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
		.map((line) => inWords(line, look))
		.filter((line) => line !== "");
}

/** Marks, arrows and columns as words. */
export function inWords(line: string, { ascii, messages }: Pick<Look, "ascii" | "messages">): string {
	const words = messages.wizard.linear;
	const marks: readonly (readonly [string, string])[] = Object.entries(words.marks);
	let said = line.trimEnd();
	// A button is what Enter does, and that is said with the answers.
	if (/^\W*\[ .* \]$/.test(said)) return "";
	said = said
		.replace(/^(\d+\.) +/, "$1 ")
		.replace(/\[[#-]+\] (?=\d)/, "")
		.replace(/^(\d+\. )? *> +/, `$1${words.selected} `)
		.replace(new RegExp(`^(\\d+\\. )?(${words.selected} )?! +`), `$1$2${words.attention} `);
	for (const [mark, word] of marks) said = said.replace(`${mark} `, `${word} `);
	said = said
		.replaceAll(" -> ", ` ${words.leadsTo} `)
		.replace(/^-> /, `${words.leadsTo} `)
		.replaceAll(" · ", ", ")
		.replace(/[│─]/g, " ")
		.trim()
		.replace(/(:) {2,}/g, "$1 ")
		.replace(/ {2,}/g, ", ");
	return ascii ? asciiText(said) : said;
}
