import type { ComparingMachine } from "../engine/context.ts";
import { explainCage, explainSubject } from "../engine/plan/explain.ts";
import { explanationText, explanationToJson, overviewText, overviewToJson } from "../report/explain.ts";
import type { Terminal } from "./terminal.ts";

export function explain(terminal: Terminal<ComparingMachine>, name: string, subject: string | undefined): Promise<number> {
	const { json } = terminal.options;
	return terminal.withContext(async (context) => {
		if (subject === undefined) {
			const overview = await explainCage(context, name);
			if (json) terminal.printJson("explain", { name, ...overviewToJson(overview) });
			else terminal.print(overviewText(overview, terminal.messages));
			return 0;
		}
		const found = await explainSubject(context, name, subject);
		if (json) terminal.printJson("explain", { name, subject, explanations: found.map(explanationToJson) });
		else terminal.print(found.map((one) => explanationText(one, terminal.messages)).join("\n"));
		return 0;
	});
}
