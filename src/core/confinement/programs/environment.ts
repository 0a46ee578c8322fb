import { assemble, load, type Program, pointer, register } from "../../machine-code/program.ts";
import { environmentName, launchFailed } from "../launch.ts";

/**
 * Returns a static executable that sets the application's environment as the last step. Earlier, the launcher's programs would
 * read variables for the application, and their loader would load LD_PRELOAD (ld.so(8)) with all privileges. env(1) would have
 * to be copied with its libraries, and takes a program with `=` in its path for a variable. In C, for `cagewright-env
 * NAME=VALUE… "" COMMAND ARG…`:
 *
 *     for (word = argv + 1; **word; word++)
 *       if (it begins with "LISTEN_PID=0") write getpid() behind the sign;        // only if sockets are passed
 *     *word = NULL;
 *     execve(word[1], word + 1, argv + 1);
 *     write(2, "cagewright-env: cannot execute the application\n"); exit(125);
 */
export function environmentExecutable(architecture: string, { listens = false } = {}): Buffer | undefined {
	return assemble(architecture, (p) => describeEnvironment(p, listens));
}

/** Returns its arguments before the command. */
export function environmentWords(program: string, variables: readonly string[]): string[] {
	return [program, ...variables, ""];
}

const complaint = Buffer.from(`${environmentName}: cannot execute the application\n`);

/** a: the place in argv, b: the environment. */
function describeEnvironment(p: Program, listens: boolean): void {
	p.constants({ complaint });
	p.set("b", pointer("stack", 16)); // argv + 1
	p.set("a", register("b"));
	p.label("word");
	p.set("answer", load("a", 0, 8));
	p.compare("answer", 0, 8);
	p.jump("equal", "failed"); // no command at all
	p.set("c", register("answer"));
	p.set("answer", load("c", 0, 1));
	p.branch("equal", "found");
	if (listens) ownProcessId(p);
	p.label("next");
	p.add("a", 8);
	p.jump("always", "word");
	p.label("found");
	p.store("a", 0, 8, 0);
	p.call("execve", load("a", 8, 8), pointer("a", 8), register("b"));
	p.label("failed");
	p.call("write", 2, "complaint", complaint.length);
	p.exit(launchFailed);
}

/** sd_listen_fds(3) only takes descriptors if a variable names the calling process. c: the word. */
function ownProcessId(p: Program): void {
	const wanted = Buffer.from("LISTEN_PID=0");
	for (let offset = 0; offset < wanted.length; offset += 4) {
		p.set("answer", load("c", offset, 4));
		p.compare("answer", wanted.readInt32LE(offset));
		p.jump("notEqual", "next");
	}
	p.add("c", wanted.length - 1);
	p.call("getpid");
	p.set("d", pointer("stack", -8));
	p.store("d", 0, 1, 0);
	p.label("digit");
	p.divide("answer", 10, "e");
	p.add("e", 0x30); // '0'
	p.add("d", -1);
	p.store("d", 0, 1, "e");
	p.branch("notEqual", "digit");
	p.label("copy");
	p.set("answer", load("d", 0, 1));
	p.store("c", 0, 1, "answer");
	p.add("c", 1);
	p.add("d", 1);
	p.branch("notEqual", "copy");
}
