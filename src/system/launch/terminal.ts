import { spawnSync } from "node:child_process";
import { requireTool, toolEnvironment } from "./tools.ts";

/**
 * The words before a command that give it a terminal of its own. script(1) sits between that one and ours, so that the cage never
 * holds the administrator's: what it does to its own ends with it, and input that it could stuff stays its own (the filter denies
 * TIOCSTI all the same). script is ended by TERM and not by KILL, for then it puts our terminal back as it was.
 */
export function withTerminal(commandLine: string): string[] {
	return ["setpriv", "--pdeathsig", "TERM", requireTool("script"), "-q", "-e", "-c", `exec ${commandLine}`, "/dev/null"];
}

/** Remembers how our terminal is set; the result sets it so again, for script can be killed while keys come raw. */
export function keepTerminal(): () => void {
	const stty = requireTool("stty");
	const run = (words: string[]) =>
		spawnSync(stty, words, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8", env: toolEnvironment }).stdout.trim();
	const settings = run(["-g"]);
	return () => {
		if (settings) run([settings]);
	};
}
