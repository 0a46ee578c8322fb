import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logSocket } from "../../base/host/files.ts";
import { nativeProgram } from "../../base/host/release.ts";
import { type ChildProcess, startTool } from "../../base/host/tools.ts";
import { type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import type { Readiness } from "../ports.ts";

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
		const file = join(folder, `${name}-reader`);
		writeFileSync(file, nativeProgram("log-reader"), { mode: 0o700 });
		const words = ["--pdeathsig", "KILL", file, name];
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

/**
 * Receives what an application of type `notify` reports (sd_notify(3)), in place of systemd. `MAINPID=` is ignored, because the
 * init follows the processes.
 */
export class Notifications implements Readiness {
	isReady = false;
	status = "";
	extendedUntil: number | undefined;
	#datagrams: Datagrams | undefined;
	/** The end of a message that is not complete yet. */
	#rest = "";

	/** `folder` belongs to this launch alone. Undefined if no socket can be created. */
	static async start(folder: string): Promise<Notifications | undefined> {
		const notifications = new Notifications();
		notifications.#datagrams = await Datagrams.start(folder, "notify", (chunk) => notifications.#read(chunk));
		return notifications.#datagrams && notifications;
	}

	get socket(): Path {
		return this.#datagrams?.socket as Path;
	}

	stop(): void {
		this.#datagrams?.stop();
	}

	#read(chunk: Buffer): void {
		const lines = (this.#rest + chunk.toString("utf8")).split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines) {
			const [name, value = ""] = line.split(/=(.*)/s);
			if (name === "READY" && value === "1") this.isReady = true;
			else if (name === "STATUS") this.status = value;
			else if (name === "EXTEND_TIMEOUT_USEC" && /^\d{1,15}$/.test(value))
				this.extendedUntil = performance.now() + Number(value) / 1000;
		}
	}
}
