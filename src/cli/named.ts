import type { Answers } from "../core/questions/answers.ts";
import { answersFrom } from "../engine/choose/answers.ts";
import { startingPoint, type Told } from "../engine/choose/starting-point.ts";
import type { Context } from "../engine/context.ts";
import { asPassesOnHost } from "../engine/trace/try-probe.ts";
import { toldOfProcess } from "./attach.ts";
import { requireAccepted } from "./template-import.ts";
import type { Terminal } from "./terminal.ts";

/** Says on stderr where a name means two things. */
export async function answersOf(context: Context, told: Told, terminal: Terminal): Promise<Answers> {
	const { command, options, target } = await toldOfProcess(context, told);
	const start =
		target === undefined
			? undefined
			: await startingPoint(context, target, (stored) => requireAccepted(terminal, context, stored));
	if (start?.kind === "template" && start.unit !== undefined) {
		context.emit({ event: "warned", code: "template-not-unit", values: { template: start.template.name, unit: start.unit } });
	}
	const answers = answersFrom(context.machine, options, command, start);
	return start?.kind === "found" && start.ports.length ? asPassesOnHost(context, answers) : answers;
}
