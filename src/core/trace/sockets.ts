import type { Path } from "../path/path.ts";
import { descriptorLabel, fieldOf, own, stringOf } from "./argument.ts";
import { located } from "./effect.ts";
import type { CallEvent } from "./line.ts";
import type { Process } from "./process.ts";
import { Recent } from "./recent.ts";
import type { Effect, Recorder } from "./recorder.ts";

const maxSockets = 2048;
const maxUnheard = 64;

/** Errors of a connect that will go on by itself or may be tried again (connect(2)). */
const undecided = new Set(["EINPROGRESS", "EALREADY", "EAGAIN", "EINTR", "EISCONN"]);

/** Knows the protocol of the sockets that were made lately, by the inode that `-y` shows. */
export class Sockets {
	readonly #protocols = new Recent<string>(maxSockets);
	/** Paths of sockets at which nobody listened, less those that the application then made itself. */
	readonly unheard = new Set<Path>();

	made(event: CallEvent, recorder: Recorder | undefined): void {
		const [family = "", type = ""] = event.args;
		const label = event.resultLabel;
		if (label !== undefined) {
			const protocol = event.args[2]?.includes("SCTP") ? "sctp" : /\bSOCK_DGRAM\b/.test(type) ? "udp" : "tcp";
			this.#protocols.set(own(label), /\bSOCK_RAW\b/.test(type) ? "raw" : protocol);
		}
		if (!recorder || !/^AF_[A-Z0-9_]+$/.test(family)) return;
		// A socket of the unix family alone is no use of it: libc makes one to ask a name service that mostly is not there.
		if (family !== "AF_UNIX") recorder.trace.families.add(recorder.name(family));
		const raw = /\bSOCK_RAW\b/.test(type) && (family === "AF_INET" || family === "AF_INET6");
		if (raw || family === "AF_PACKET") recorder.capability("net_raw", event.call);
	}

	/**
	 * A pair of datagram sockets can send to any address of the machine (sendto(2)), so the filter holds it to be an open unix
	 * socket; pairs of other types can only talk to each other.
	 */
	paired(event: CallEvent, recorder: Recorder | undefined): void {
		const [family, type = ""] = event.args;
		if (family === "AF_UNIX" && /\bSOCK_DGRAM\b/.test(type)) recorder?.trace.families.add("AF_UNIX");
	}

	/** bind and connect. Gives the effect on the path of a unix socket, if it has one. */
	addressed(event: CallEvent, process: Process, recorder: Recorder): Effect | undefined {
		const address = event.args[1] ?? "";
		const family = fieldOf(address, "sa_family");
		const binds = event.call === "bind";
		const failed = event.error !== undefined;
		if (family === "AF_UNIX") {
			if (event.error !== undefined && undecided.has(event.error)) return undefined;
			if (!failed) recorder.trace.families.add("AF_UNIX");
			const name = fieldOf(address, "sun_path");
			if (name?.startsWith("@")) {
				const abstract = stringOf(name.slice(1));
				if (!failed && abstract !== undefined) recorder.trace.abstractSockets.add(own(abstract));
				return undefined;
			}
			const named = stringOf(name);
			const path = named ? located(named as Path, process.fs.cwd, process.fs) : undefined;
			if (path === undefined) return undefined;
			if (event.error === "ECONNREFUSED" && this.unheard.size < maxUnheard) this.unheard.add(own(path));
			else if (binds || !failed) this.unheard.delete(path);
			const touch = {
				access: recorder.access(path),
				operations: [binds ? ("listen" as const) : ("connect" as const)],
				error: event.error && recorder.name(event.error),
			};
			return {
				call: recorder.name(event.call),
				touches: [touch],
				cwd: undefined,
				isNew: true,
				appliedTo: false,
				appliedAsRoot: false,
			};
		}
		if (!binds || failed) return undefined;
		const port = /^htons\(([0-9]+)\)$/.exec(fieldOf(address, family === "AF_INET6" ? "sin6_port" : "sin_port") ?? "");
		const number = Number(port?.[1] ?? 0);
		const protocol = this.#protocols.get(descriptorLabel(event.args[0]) ?? "") ?? "tcp";
		// Port 0 is any free one (ip(7)), and a raw socket's port is none.
		if (number === 0 || protocol === "raw") return undefined;
		recorder.trace.ports.add(`${protocol} ${number}`);
		if (number < 1024) recorder.capability("net_bind_service", event.call);
		return undefined;
	}
}
