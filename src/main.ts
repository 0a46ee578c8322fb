import { keepWorkingWithoutStderr, leaveHungUpTerminals } from "./cli/standard-streams.ts";
import { version } from "./cli/version.ts";
import { replaced, unloadable } from "./messages/unloadable.ts";

const args = process.argv.slice(2);

if (args.includes("--debug")) process.setSourceMapsEnabled(true);

let lost: NodeJS.ErrnoException | undefined;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	// A reader such as `head` may close the pipe. That is no error, and the work continues.
	if (error.code === "EPIPE" || lost) return;
	lost = error;
	void import("./cli/program.ts").then(({ reportLostOutput }) => reportLostOutput(error, args));
});
keepWorkingWithoutStderr();
process.on("exit", () => {
	leaveHungUpTerminals();
	if (lost && !process.exitCode) process.exitCode = 1;
});

/** Scripts ask for the version most, so it loads nothing else. */
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) process.stdout.write(`${version}\n`);
else process.exitCode = await import("./cli/program.ts").then(({ runProgram }) => runProgram(args)).catch(reportUnloadable);

/** A verb may also load parts while it works. An error that is not the system's is our bug. */
function reportUnloadable(error: NodeJS.ErrnoException): number {
	const isReplaced = error.code === "ERR_MODULE_NOT_FOUND";
	if (error.syscall === undefined && !isReplaced) throw error;
	process.stderr.write(`cagewright: ${isReplaced ? replaced : unloadable(error.message.split(",")[0] ?? "")}\n`);
	return 3;
}
