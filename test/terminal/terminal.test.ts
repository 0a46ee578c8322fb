import { describe, expect, it } from "vitest";
import { PtyProgram } from "./terminal.ts";

/** Tests of the driver of the terminal tests. */
async function complaint(line: string, rows = 5): Promise<string> {
	const program = new PtyProgram("sh", ["-c", line], { columns: 40, rows });
	await program.ended;
	await program.screen();
	return complaintOf(program);
}

function complaintOf(program: PtyProgram): string {
	try {
		program.dispose();
		return "";
	} catch (error) {
		return String(error);
	}
}

describe("the driver of the tests on a terminal", () => {
	it.each([
		["nothing", "printf 'a\\nb\\nc\\nd\\ne\\nf\\n'; exit 1", ""],
		["a whole visit to the alternate screen", "printf '\\033[?1049h\\033[Ha\\nb\\nc\\n\\033[?1049l'", ""],
		[
			"a frame as tall as the terminal",
			"printf '\\033[?1049h\\033[Ha\\nb\\nc\\nd\\ne\\n\\033[?1049l'",
			"as tall as the terminal",
		],
		["a cleared scrollback", "printf '\\033[3J'", "scrollback"],
		["a hidden cursor", "printf '\\033[?25l'", "cursor"],
		["an alternate screen that stays", "printf '\\033[?1049h'", "alternate screen"],
		["raw modes that stay", "stty raw -echo", "modes"],
		["raw modes that were taken back", "was=$(stty -g); stty raw -echo; stty $was", ""],
		["an internal error", "exit 70", "internal error"],
		["a signal that nobody caught", "kill -TERM $$", "signal 15"],
	])("notices %s", async (_, line, complains) => {
		expect(await complaint(line)).toMatch(complains || /^$/);
	});

	/** A program that draws frames of these heights. The terminal becomes smaller before the second line's frames. */
	const afterResize = async (before: string, after: string) => {
		const draws =
			"frame() { i=0; while [ $i -lt $1 ]; do echo row $i; i=$((i+1)); done; }; clear() { printf '\\033[2J\\033[H'; }";
		const line = `stty -echo; printf '\\033[?1049h'; ${draws}; ${before}; read _; ${after}; printf '\\033[?1049l'; stty echo`;
		const program = new PtyProgram("sh", ["-c", line], { columns: 40, rows: 10 });
		await program.sees("row 8");
		program.resize(40, 5);
		program.press("\r");
		await program.ended;
		await program.screen();
		return complaintOf(program);
	};
	const again = "printf '\\033[9A'; frame 9";

	it.each([
		["a frame for the size before, that was on its way", again, ""],
		["the same, and then one that fits", `${again}; clear; frame 4`, ""],
		["one that clears the screen for the size before", `clear; frame 9; clear; frame 4`, ""],
		["a frame as tall as the terminal is now", `${again}; clear; frame 5`, "as tall as the terminal"],
		["one that is taller than any size", `clear; frame 12`, "as tall as the terminal"],
		["a size that comes back after a newer one was drawn", `clear; frame 4; clear; frame 9`, "as tall as the terminal"],
		["rows that are wider than the terminal is now", `clear; frame 3; printf '%0200d\\n' 1`, "as tall as the terminal"],
	])("judges by the size that the program could know: %s", async (_, after, complains) => {
		expect(await afterResize("clear; frame 9", after)).toMatch(complains || /^$/);
	});
});
