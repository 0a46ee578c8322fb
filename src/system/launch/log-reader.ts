import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logReaderExecutable, logReaderSocket } from "../../core/confinement/log-reader.ts";
import { type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { logSocket } from "../files/files.ts";
import { requireTool } from "./tools.ts";

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
