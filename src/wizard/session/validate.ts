import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { pathFromText } from "../../base/path/path.ts";
import { checkName, identityOf } from "../../make/engine/steps.ts";
import { type Answers, hasProbe, isName } from "../../options/answers.ts";
import type { Problem } from "../state/values.ts";

/** Problems of the answers, by field. Warnings do not block the trace. */
export async function validateAnswers(context: Context, answers: Answers): Promise<Problem[]> {
	const { application } = answers;
	const problems: Problem[] = [];
	const check = async (field: Problem["field"], work: () => unknown) => {
		try {
			await work();
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			const { code, values } = error;
			const isAboutAccount = code.startsWith("dedicated-account-") || values.account === answers.dedicatedAccount;
			problems.push({ field: isAboutAccount ? "dedicatedAccount" : field, code, values });
		}
	};
	if (!isName(answers.name)) problems.push({ field: "name", code: "bad-name", values: { name: answers.name } });
	else await check("name", () => checkName(context, answers, false));
	const program = application.command[0] ?? "";
	if (!program) problems.push({ field: "command", code: "nothing-to-cage", values: {} });
	else if (!context.machine.files.resolve(pathFromText(program)))
		problems.push({ field: "command", code: "program-not-found", values: { program } });
	await check("user", () => identityOf(context, answers));
	if (!application.cwd.startsWith("/"))
		problems.push({ field: "cwd", code: "path-not-absolute", values: { option: "cwd", path: application.cwd } });
	for (const [name, value] of Object.entries(application.env)) {
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
			problems.push({ field: "env", code: "env-invalid", values: { value: name }, line: `${name}=${value}` });
	}
	// Without a command, the problem would name no application.
	if (program && !hasProbe(answers)) problems.push({ field: "probe", code: "no-probe", values: { command: program } });
	if (!(application.timeout > 0))
		problems.push({ field: "timeout", code: "timeout-invalid", values: { value: application.timeout } });
	problems.push(...(await warnings(context, "probe", application.probes)));
	problems.push(...(await warnings(context, "exercise", application.exercises)));
	return problems;
}

/** Only a warning, because a template may be made for another machine. */
async function warnings({ machine }: Context, field: "probe" | "exercise", lines: readonly string[]): Promise<Problem[]> {
	const found = await Promise.all(lines.map((line) => machine.launcher.lineProblem(line)));
	return found.flatMap((problem, index) =>
		problem ? [{ field, ...problem, line: lines[index] ?? "", isWarning: true as const }] : [],
	);
}
