import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assemble, type Program, pointer, register, workingDirectory } from "../../core/machine-code/program.ts";
import { type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { logSocket } from "../files/files.ts";
import { type ChildProcess, startTool } from "../tools.ts";

/**
 * Describes a program that creates a datagram socket in its working directory and prints what it receives, followed by a newline.
 * It takes no descriptors. Node.js has no unix datagram sockets. In C:
 *
 *     int log = socket(AF_UNIX, SOCK_DGRAM, 0);
 *     bind(log, { AF_UNIX, name }, …) || chmod(name, 0666) || exit(1);
 *     write(1, "\n", 1);                                         // it is there
 *     while ((n = recvfrom(log, buffer, 8192, 0, NULL, NULL)) >= 0) { buffer[n] = '\n'; if (write(1, buffer, n + 1) < 0) break; }
 *     exit(1);
 */
function describeReader(p: Program, socket: string): void {
	const name = Buffer.from(`${socket}\0`);
	const address = Buffer.concat([Buffer.from([1, 0]), name]); // struct sockaddr_un
	p.constants({ address, name, newline: Buffer.from("\n") });
	p.reserve(0x3000); // the buffer
	p.call("socket", 1, 2, 0); // AF_UNIX; SOCK_DGRAM
	p.branch("negative", "failed");
	p.set("a", register("answer"));
	p.call("bind", register("a"), "address", 2 + name.length);
	p.branch("notEqual", "failed");
	p.call("fchmodat", workingDirectory, "name", 0o666);
	p.branch("notEqual", "failed");
	p.call("write", 1, "newline", 1);

	p.label("loop");
	p.call("recvfrom", register("a"), pointer("stack"), 8192, 0, 0, 0);
	p.branch("negative", "failed");
	p.set("b", register("answer"));
	p.set("c", pointer("stack"));
	p.add("c", "b");
	p.store("c", 0, 1, 10); // a newline
	p.add("b", 1);
	p.call("write", 1, pointer("stack"), register("b"));
	p.branch("negative", "failed");
	p.jump("always", "loop");

	p.label("failed");
	p.exit(1);
}

/** A unix datagram socket for one launch, and the process that reads it. */
export class Datagrams {
	readonly #child: ChildProcess;
	readonly socket: Path;

	private constructor(child: ChildProcess, socket: Path) {
		this.#child = child;
		this.socket = socket;
	}

	/** `folder` belongs to this launch alone. Resolves when the socket exists; undefined if it cannot be created. */
	static async start(folder: string, name: string, onData: (chunk: Buffer) => void): Promise<Datagrams | undefined> {
		const program = assemble(process.arch, (p) => describeReader(p, name));
		if (!program) return undefined;
		const file = join(folder, `${name}-reader`);
		writeFileSync(file, program, { mode: 0o700 });
		const words = ["--pdeathsig", "KILL", file];
		const child = startTool("setpriv", words, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
		const isThere = await Promise.race([once(child.stdout, "data"), once(child, "close"), once(child, "error")]).then(
			() => child.exitCode === null && child.pid !== undefined,
			() => false,
		);
		if (!isThere) return undefined;
		child.stdout.on("data", onData);
		return new Datagrams(child, pathFromText(join(folder, name)));
	}

	stop(): void {
		this.#child.kill("SIGKILL");
	}
}

/** Priority and local time of a C library's syslog message (RFC 3164, section 4.1). */
const header = /^<\d{1,3}>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?/gm;

/**
 * A syslog socket for one sandboxed run or trial. It keeps messages out of the host's log and shows those of daemons that report
 * errors only there. Undefined if the host has none, because an application may depend on that.
 */
export async function readLog(folder: string, onOutput: (chunk: Buffer) => void): Promise<Datagrams | undefined> {
	const place = logSocket();
	if (!place || !statSync(pathToBytes(place), { throwIfNoEntry: false })?.isSocket()) return undefined;
	return Datagrams.start(folder, "log", (chunk) => onOutput(Buffer.from(chunk.toString("latin1").replace(header, ""), "latin1")));
}
