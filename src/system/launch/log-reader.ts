import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Assembler, elfExecutable, fromR12 } from "../../core/confinement/machine-code.ts";
import { type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { logSocket } from "../files/files.ts";
import { requireTool } from "./tools.ts";

/**
 * Returns a static executable that acts as syslog in a sandbox and a trial: it creates the socket `log` in its working
 * directory and prints the messages. Node.js has no unix datagram sockets. In C:
 *
 *     int log = socket(AF_UNIX, SOCK_DGRAM, 0);
 *     bind(log, { AF_UNIX, "log" }, …) || chmod("log", 0666) || exit(1);
 *     write(1, "\n", 1);                                         // it is there
 *     while ((n = recvfrom(log, buffer, 8192, 0, NULL, NULL)) >= 0) { buffer[n] = '\n'; if (write(1, buffer, n + 1) < 0) break; }
 *     exit(1);
 *
 * Returns undefined for a processor that we have no code for.
 */
function logReaderExecutable(architecture: string): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(x64()) : undefined;
}

const logReaderSocket = "log";

function x64(): Buffer {
	const a = new Assembler();
	const answeredOr = (condition: "ifNegative" | "ifNotZero") => {
		a.branch(condition, "failed");
	};
	a.emit(0x48, 0x81, 0xec, 0, 0x30, 0, 0); // sub rsp, 0x3000: the buffer
	a.call(41, 1, 2, 0); // socket; AF_UNIX; SOCK_DGRAM
	answeredOr("ifNegative");
	a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
	a.call(49, fromR12, "address", 2 + logReaderSocket.length + 1); // bind
	answeredOr("ifNotZero");
	a.call(90, "name", 0o666); // chmod
	answeredOr("ifNotZero");
	a.call(1, 1, "newline", 1); // write

	a.label("loop");
	a.emit(0x44, 0x89, 0xe7); // mov edi, r12d
	a.emit(0x48, 0x89, 0xe6); // mov rsi, rsp
	a.move("rdx", 8192);
	a.move("r10", 0);
	a.move("r8", 0);
	a.emit(0x45, 0x31, 0xc9); // xor r9d, r9d
	a.syscall(45); // recvfrom
	answeredOr("ifNegative");
	a.emit(0xc6, 0x04, 0x04, 10); // mov byte [rsp + rax], '\n'
	a.emit(0x8d, 0x50, 0x01); // lea edx, [rax + 1]
	a.emit(0x48, 0x89, 0xe6); // mov rsi, rsp
	a.call(1, 1); // write
	a.branch("ifNegative", "failed");
	a.jump("always", "loop");

	a.label("failed");
	a.call(231, 1); // exit_group
	const name = Buffer.from(`${logReaderSocket}\0`);
	return a.finish({ address: Buffer.concat([Buffer.from([1, 0]), name]), name, newline: Buffer.from("\n") });
}

/** Priority and local time of a C library's syslog message (RFC 3164, section 4.1). */
const header = /^<\d{1,3}>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?/gm;

/**
 * A syslog socket for one sandboxed run or trial. It keeps messages out of the host's log and shows those of daemons that report
 * errors only there. Absent if the host has none, because an application may depend on that.
 */
export class LogReader {
	readonly #child: ChildProcess;
	readonly socket: Path;

	private constructor(child: ChildProcess, socket: Path) {
		this.#child = child;
		this.socket = socket;
	}

	/** `folder` belongs to this launch alone. Resolves when the socket exists; undefined if the host has none or it cannot be created. */
	static async start(folder: string, onOutput: (chunk: Buffer) => void): Promise<LogReader | undefined> {
		const program = logReaderExecutable(process.arch);
		const place = logSocket();
		if (!program || !place || !statSync(pathToBytes(place), { throwIfNoEntry: false })?.isSocket()) return undefined;
		const file = join(folder, "log-reader");
		writeFileSync(file, program, { mode: 0o700 });
		const words = ["--pdeathsig", "KILL", file];
		const child = spawn(requireTool("setpriv"), words, { cwd: folder, env: {}, stdio: ["ignore", "pipe", "ignore"] });
		const isThere = await Promise.race([once(child.stdout, "data"), once(child, "close"), once(child, "error")]).then(
			() => child.exitCode === null && child.pid !== undefined,
			() => false,
		);
		if (!isThere) return undefined;
		child.stdout.on("data", (chunk: Buffer) => onOutput(Buffer.from(chunk.toString("latin1").replace(header, ""), "latin1")));
		return new LogReader(child, pathFromText(join(folder, logReaderSocket)));
	}

	stop(): void {
		this.#child.kill("SIGKILL");
	}
}
