import { version } from "./version.ts";

/** Nothing else is loaded for this: it is what scripts ask most, and first. */
if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
	process.stdout.write(`${version}\n`);
} else {
	// Whoever reads us may stop reading (`| head`): that is no error of ours.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
		process.exit(0);
	});
	const { runProgram } = await import("./program.ts");
	process.exitCode = await runProgram(process.argv.slice(2));
}
