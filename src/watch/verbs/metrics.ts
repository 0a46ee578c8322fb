import { Failure } from "../../base/failure.ts";
import { pathToJson } from "../../base/path/path.ts";
import { openNamed } from "../../cli/output-file.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { version } from "../../cli/version.ts";
import { areMetrics } from "../../make/report/own-output.ts";
import { measureCages } from "../engine/metrics.ts";
import { metricsText } from "../report/metrics.ts";

/** The exporter that reads the file has an account of its own. */
const readableByAll = 0o644;

interface MetricsOptions {
	readonly output?: string;
	readonly force?: boolean;
}

/** Prints or writes metrics of all cages for Prometheus. */
export async function metrics(terminal: Terminal, { force, output }: MetricsOptions): Promise<number> {
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
