import { version } from "./version.ts";

const args = process.argv.slice(2);

if (args.includes("--debug")) process.setSourceMapsEnabled(true);

let lost: NodeJS.ErrnoException | undefined;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	// Whoever reads us may stop reading (`| head`): that is no error of ours, and what we do is done to its end all the same.
	if (error.code === "EPIPE" || lost) return;
	lost = error;
	void import("./arguments.ts").then(({ reportLostOutput }) => reportLostOutput(error, args));
});
process.on("exit", () => {
	if (lost && !process.exitCode) process.exitCode = 1;
});

/** Nothing else is loaded for this: it is what scripts ask most, and first. */
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) process.stdout.write(`${version}\n`);
else process.exitCode = await (await import("./program.ts")).runProgram(args);
