import { isUpkeep, plainRun } from "./plain-run.ts";
import { version } from "./version.ts";

const args = process.argv.slice(2);
const run = plainRun(args);

/** Nothing else is loaded for this: it is what scripts ask most, and first. */
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
	process.stdout.write(`${version}\n`);
} else {
	// Whoever reads us may stop reading (`| head`): that is no error of ours.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
		process.exit(0);
	});
	process.exitCode = run
		? await (await import("./start.ts")).startPlainly(run)
		: await (isUpkeep(args) ? await import("./upkeep-program.ts") : await import("./program.ts")).runProgram(args);
}
