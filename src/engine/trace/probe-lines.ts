import type { Application } from "../../core/application/application.ts";
import { Failure } from "../../core/failure.ts";
import type { Context } from "../context.ts";

/**
 * Checks that the shell can read probes and exercises and finds their programs, before anything is started. Throws
 * `probe-unreadable` or `exercise-unreadable` (exit 2), `probe-program-missing` or `exercise-program-missing` (exit 3). A line
 * with an alternative may do without a program.
 */
export async function requireRunnable(
	{ machine, signal }: Pick<Context, "machine" | "signal">,
	{ exercises = [], probes }: Partial<Pick<Application, "exercises">> & Pick<Application, "probes">,
): Promise<void> {
	const lines = [...probes.map((line) => ["probe", line] as const), ...exercises.map((line) => ["exercise", line] as const)];
	const found = await Promise.all(lines.map(([, line]) => machine.launcher.lineProblem(line)));
	signal.throwIfAborted();
	for (const [index, problem] of found.entries()) {
		const [option = "probe"] = lines[index] ?? [];
		if (problem?.code === "line-unreadable") throw new Failure(`${option}-unreadable`, problem.values, 2);
		if (problem && !problem.hasAlternatives) throw new Failure(`${option}-program-missing`, problem.values, 3);
	}
}
