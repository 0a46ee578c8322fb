import { assemble, load, type Program, pointer, register, words } from "../../machine-code/program.ts";
import { launchFailed } from "../launch.ts";

/**
 * Returns a static executable that starts the application for each connection, with the connection as standard input and
 * output (Accept=yes in systemd.socket(5)). It waits at the passed sockets under the application's account and all layers of
 * confinement. In C:
 *
 *     signal(SIGCHLD, SIG_DFL);
 *     for (children = 0;;) {
 *       while (children && (pid = wait4(-1, NULL, children == most ? 0 : WNOHANG, NULL))) { if (pid < 0) children = 0; else children--; }
 *       if (poll(sockets, count, children ? 1000 : -1) <= 0) continue;
 *       for (each socket that is ready) {
 *         if (children == most) break;
 *         if ((connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC)) < 0) continue;
 *         if ((pid = fork()) == 0) {
 *           dup2(connection, 0); dup2(connection, 1); close_range(3, ~0);
 *           execve(argv[1], argv + 1, envp); exit(125);
 *         }
 *         if (pid > 0) children++;
 *         close(connection);
 *       }
 *     }
 */
export function acceptorExecutable(architecture: string, count: number): Buffer | undefined {
	return assemble(architecture, (p) => describeAcceptor(p, count));
}

/** Like MaxConnections= of systemd.socket(5): further clients wait, so that they cannot use up the machine's processes. */
const most = 64;

export const acceptorName = "cagewright-accept";
const childSignal = 17;

/** a: connection, b: children, c: argv, d: envp, e: time limit, or options of wait4. */
function describeAcceptor(p: Program, count: number): void {
	p.constants({ usual });
	p.setArguments("c");
	p.setEnvironment("d");
	p.call("rt_sigaction", childSignal, "usual", 0, 8);
	p.set("b", 0);
	p.reserve(count * 8); // struct pollfd[]
	for (let index = 0; index < count; index++) {
		p.store("stack", index * 8, 4, 3 + index); // descriptor
		p.store("stack", index * 8 + 4, 4, 1); // POLLIN
	}
	p.label("wait");
	p.set("e", 0); // without children no time limit
	p.compare("b", 0);
	p.jump("equal", "poll");
	p.compare("b", most);
	p.jump("equal", "reap");
	p.set("e", 1); // WNOHANG
	p.label("reap");
	p.call("wait4", -1, 0, register("e"), 0);
	p.set("e", 1); // a second
	p.branch("equal", "poll");
	p.jump("negative", "none");
	p.add("b", -1);
	p.jump("always", "wait");
	p.label("none");
	p.set("b", 0);
	p.jump("always", "wait");
	p.label("poll");
	// The kernel may change the time, so it gets a copy.
	p.compare("e", 0, 8);
	p.jump("equal", "ask");
	p.store("stack", -16, 8, 1); // struct timespec
	p.store("stack", -8, 8, 0);
	p.set("e", pointer("stack", -16));
	p.label("ask");
	p.call("ppoll", pointer("stack"), count, register("e"), 0, 8);
	p.branch("equal", "wait");
	p.jump("negative", "wait");
	for (let index = 0; index < count; index++) {
		p.set("answer", load("stack", index * 8 + 6, 2)); // revents
		p.branch("equal", `next-${index}`);
		p.compare("b", most);
		p.jump("equal", "wait");
		p.call("accept4", 3 + index, 0, 0, 0x80000); // SOCK_CLOEXEC
		p.branch("negative", `next-${index}`);
		p.set("a", register("answer"));
		p.fork();
		p.branch("equal", "child");
		p.jump("negative", `close-${index}`);
		p.add("b", 1);
		p.label(`close-${index}`);
		p.call("close", register("a"));
		p.label(`next-${index}`);
	}
	p.jump("always", "wait");
	p.label("child");
	for (const stream of [0, 1]) p.call("dup3", register("a"), stream, 0);
	p.call("close_range", 3, -1, 0);
	p.call("execve", load("c", 8, 8), pointer("c", 8), register("d"));
	p.exit(launchFailed);
}

/** The kernel's struct sigaction: handler, flags, restorer, mask. */
const usual = words(0, 0, 0, 0, 0, 0, 0, 0);
