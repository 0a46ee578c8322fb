import type { ComparingMachine } from "../engine/context.ts";
import { explainCage, explainSubject } from "../engine/plan/explain.ts";
import { explanationText, explanationToJson, overviewText, overviewToJson } from "../report/explain.ts";
import type { Terminal } from "./terminal.ts";

export function explain(terminal: Terminal<ComparingMachine>, name: string, subject: string | undefined): Promise<number> {
	return terminal.withContext(async (context) => {
		if (subject === undefined) {
			const overview = await explainCage(context, name);
			return terminal.result("explain", { name, ...overviewToJson(overview) }, () =>
				overviewText(name, overview, terminal.messages),
			);
		}
		const found = await explainSubject(context, name, subject);
		return terminal.result("explain", { name, subject, explanations: found.map(explanationToJson) }, () =>
			found.map((one) => explanationText(one, terminal.messages)).join("\n"),
		);
	});
}
