import { checkName, identityOf, traceStep } from "../engine/steps.ts";
import { traceText } from "../report/text.ts";
import { untilEnter } from "./attach.ts";
import { dryRun } from "./make.ts";
import { answersOf, type Told } from "./named.ts";
import type { Terminal } from "./terminal.ts";

/** Watches the application and stores what it touches; begins a cage. */
export async function trace(terminal: Terminal, told: Told): Promise<number> {
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		const answers = await answersOf(context, told, terminal);
		identityOf(context, answers);
		await checkName(context, answers, told.options.replace ?? false);
		if (told.options.dryRun) return dryRun(terminal, context, answers);
		const lock = await store.lock(answers.name);
		try {
			const { cage, result } = await traceStep(context, answers, untilEnter(terminal, told));
			await store.saveTrace(cage.name, result.trace);
			await store.saveCage(cage);
			await store.log(cage.name, "traced", { paths: result.trace.accesses.size, calls: result.trace.calls });
			if (terminal.options.json) {
				const { accesses, calls, capabilities, gaps, ports, processes } = result.trace;
				terminal.printJson("trace", {
					name: cage.name,
					answered: result.answered,
					paths: accesses.size,
					calls,
					processes,
					probes: result.probes,
					exercises: result.exercises,
					signals: result.signals,
					capabilities: [...capabilities.keys()],
					ports: [...ports],
					gaps: [...gaps],
					seconds: cage.seconds.trace,
				});
			} else terminal.print(traceText(cage.name, result, terminal.messages));
			return 0;
		} finally {
			await lock.release();
		}
	});
}
