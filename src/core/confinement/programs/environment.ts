import { assemble, load, type Program, pointer, register } from "../../machine-code/program.ts";
import { environmentName, launchFailed } from "../launch.ts";
import { becomeAccount, type ProgramAccount } from "./account.ts";

export interface EnvironmentKind {
	/** Absent without root: there is one account. */
	readonly account?: ProgramAccount;
	/** Sockets are passed. */
	readonly listens?: boolean;
	/** The application also gets the variables of the launch, to see whether a test notices. */
	readonly inherits?: boolean;
}

/**
 * Returns a static executable that turns the launch into the application as the last step: working directory, account and
 * environment. Earlier, the launcher's programs would read variables for the application, and their loader would load LD_PRELOAD
 * (ld.so(8)) with all privileges. env(1) and setpriv(1) would have to be copied with their libraries, where an intruder could use
 * them. In C, for `cagewright-env DIRECTORY NAME=VALUE… "" COMMAND ARG…`:
 *
 *     chdir(argv[1]); becomeAccount();                                            // account.ts
 *     for (word = argv + 2; **word; word++)
 *       if (it begins with "LISTEN_PID=0") write getpid() behind the sign;        // only if sockets are passed
 *     *word = NULL;
 *     execve(word[1], word + 1, argv + 2);
 *     write(2, "cagewright-env: cannot execute the application\n"); exit(125);
 */
export function environmentExecutable(architecture: string, kind: EnvironmentKind = {}): Buffer | undefined {
	return assemble(architecture, (p) => describeEnvironment(p, kind));
}

/** Returns its arguments before the command. */
export function environmentWords(program: string, cwd: string, variables: readonly string[]): string[] {
	return [program, cwd, ...variables, ""];
}

/** `launch`: a line of a launch that did not reach the application begins so. */
const steps = {
	application: "cannot execute the application",
	directory: "cannot enter the working directory",
	account: "launch: cannot change to the account",
	capabilities: "launch: cannot give up capabilities",
} as const;

/** a: the place in argv, b: the environment. */
function describeEnvironment(p: Program, { account, inherits = false, listens = false }: EnvironmentKind): void {
	const unless = (condition: "negative" | "notEqual", step: keyof typeof steps) => p.branch(condition, `failed-${step}`);
	p.call("chdir", load("stack", 16, 8)); // argv[1]
	unless("notEqual", "directory");
	if (account) becomeAccount(p, account, unless);
	if (inherits) p.setEnvironment("b");
	else p.set("b", pointer("stack", 24)); // argv + 2
	p.set("a", pointer("stack", 24));
	p.label("word");
	p.set("answer", load("a", 0, 8));
	p.compare("answer", 0, 8);
	p.jump("equal", "failed-application"); // no command at all
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
	// execve returned, so the last step failed.
	const texts = Object.entries(steps).map(([step, text]) => [step, Buffer.from(`${environmentName}: ${text}\n`)] as const);
	p.failures(texts, launchFailed);
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
