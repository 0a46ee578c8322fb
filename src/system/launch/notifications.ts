import type { Path } from "../../core/path/path.ts";
import type { Readiness } from "../../engine/launch-ports.ts";
import { Datagrams } from "./datagrams.ts";

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
