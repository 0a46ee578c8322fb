import { describe, expect, it } from "vitest";
import { PtyProgram } from "./terminal.ts";

/** What every test on a terminal relies on: that the driver notices. */
async function complaint(line: string, rows = 5): Promise<string> {
	const program = new PtyProgram("sh", ["-c", line], { columns: 40, rows });
	await program.ended;
	await program.screen();
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
		["a bug", "exit 70", "bug"],
		["a signal that nobody caught", "kill -TERM $$", "signal 15"],
	])("notices %s", async (_, line, complains) => {
		const said = await complaint(line);
		if (complains === "") expect(said).toBe("");
		else expect(said).toContain(complains);
	});
});
