import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import type { ComparingMachine } from "../engine/context.ts";
import { measureCages } from "../engine/upkeep/metrics.ts";
import { metricsText } from "../report/metrics.ts";
import { writeAtomic } from "../system/state/atomic.ts";
import { outputFile } from "./output-file.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** The exporter that reads the file has an account of its own. */
const readableByAll = 0o644;

/** Prints or writes metrics of all cages for Prometheus. */
export async function metrics(terminal: Terminal<ComparingMachine>, { output }: { readonly output?: string }): Promise<number> {
	const { json } = terminal.options;
	if (output === undefined && json) throw new Failure("one-form", { one: "metrics", other: "--json" }, 2);
	const file = output === undefined ? undefined : outputFile(output);
	return terminal.withContext(async (context) => {
		const cages = await measureCages(context);
		const text = metricsText(cages, version, context.machine.now());
		if (file === undefined) terminal.print(text);
		else {
			await writeAtomic(pathFromText(file), text, readableByAll);
			if (json) terminal.printJson("metrics", { file, cages: cages.length });
		}
		return 0;
	});
}
