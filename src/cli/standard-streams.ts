import { closeSync, fstatSync, openSync } from "node:fs";
import { isatty } from "node:tty";

/** Readers of stdout and stderr may stop, and a terminal may hang up, while the program works. */

/** Descriptors that were a terminal at the start. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/** The kernel fails every operation of a terminal that has hung up. */
const hungUpTerminals = () => terminals.filter((descriptor) => !isatty(descriptor));

const ignore = () => {};

export function isStdoutPipe(): boolean {
	return fstatSync(1).isFIFO();
}

/** Messages that nobody can read are dropped. They are no reason to stop, because the work may have to be undone. */
export function keepWorkingWithoutStderr(): void {
	process.stderr.on("error", ignore);
}

/** At its exit, Node.js restores the modes of its terminals, and aborts if one has hung up. It skips a descriptor that is another file. */
export function leaveHungUpTerminals(): void {
	for (const descriptor of hungUpTerminals()) {
		closeSync(descriptor);
		openSync("/dev/null", "r+");
	}
}

/** Ignores further hang-ups, because the kernel and the shell send one each, and the second one must not cut off the clean-up. */
export function ignoreHangUps(): void {
	process.off("SIGHUP", ignore);
	process.on("SIGHUP", ignore);
}

/**
 * Returns stdin for somebody who answers there. A hung-up terminal counts as HUP: its end of input would be an answer, and the shell
 * sends the signal later or never.
 */
export function answeredInput(): typeof process.stdin {
	for (const event of ["end", "error"]) process.stdin.off(event, reportHangUp).on(event, reportHangUp);
	return process.stdin;
}

function reportHangUp(): void {
	if (hungUpTerminals().length) process.emit("SIGHUP");
}
