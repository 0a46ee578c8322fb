import { programsOfLine } from "../../core/application/shell.ts";
import type { LineProblem } from "../../engine/launch-ports.ts";
import { lookUpProgram } from "../units/path-lookup.ts";
import { runGroup } from "./shell.ts";

/** Seconds that reading a line may take. */
const patience = 2;

/** The shell reads it without running it; programs are looked up where it would find them. */
export async function lineProblem(line: string): Promise<LineProblem | undefined> {
	const read = await runGroup(["/bin/sh", "-n", "-c", line], process.env, patience);
	if (!read.ok) {
		// "/bin/sh: 1: Syntax error: Unterminated quoted string"
		const detail = (read.output.trim().split("\n")[0] ?? "").replace(/^\S*sh: (?:-c: )?(?:line )?\d+: (?:Syntax error: )?/i, "");
		return { code: "line-unreadable", values: { detail } };
	}
	const program = programsOfLine(line).find((name) => "error" in lookUpProgram(name));
	return program === undefined ? undefined : { code: "line-program-missing", values: { program } };
}
