import { Failure } from "../core/failure.ts";
import { pathToJson } from "../core/path/path.ts";
import type { ComparingMachine } from "../engine/context.ts";
import { measureCages } from "../engine/upkeep/metrics.ts";
import { metricsText } from "../report/metrics.ts";
import { areMetrics } from "../report/own-output.ts";
import { openNamed } from "./output-file.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** The exporter that reads the file has an account of its own. */
const readableByAll = 0o644;

interface MetricsOptions {
	readonly output?: string;
	readonly force?: boolean;
}

/** Prints or writes metrics of all cages for Prometheus. */
export async function metrics(terminal: Terminal<ComparingMachine>, { force, output }: MetricsOptions): Promise<number> {
	const { json } = terminal.options;
	if (output === undefined && json) throw new Failure("one-form", { one: "metrics", other: "--json" }, 2);
	return terminal.withContext(async (context) => {
		await using opened = await openNamed(terminal, context.signal, output, { force, isOurs: areMetrics, mode: readableByAll });
		const cages = await measureCages(context);
		await opened.write(metricsText(cages, version, context.machine.now()));
		if (json && opened.path !== undefined) terminal.printJson("metrics", { file: pathToJson(opened.path), cages: cages.length });
		return 0;
	});
}
