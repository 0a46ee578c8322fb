import type { ClientProcess, Offer } from "../../core/adoption/clients.ts";
import { type ConnectRequest, connectAbstractScript, connectScript } from "../../core/adoption/connecting.ts";
import { baseName, parent, pathToText } from "../../core/path/path.ts";
import type { ConnectResult } from "../../engine/client-ports.ts";
import { findTool, readTool } from "../tools.ts";
import { fileIdentity, linkTarget } from "./proc.ts";

/** Milliseconds that a connection must last, and for the whole program on a slow machine. */
const lasting = 400;
const limit = 30_000;

/** Implements `connect` of `ServiceClients`. */
export async function connectAs(client: ClientProcess, offer: Offer): Promise<ConnectResult | undefined> {
	const program = programFor(client, offer);
	if (program === undefined) return undefined;
	// A client in another network, such as a container's, reaches only what is there.
	const network = linkTarget(client.pid, "ns/net");
	const isElsewhere = network !== undefined && network !== linkTarget("self", "ns/net");
	const [tool = "", ...rest] = isElsewhere ? ["nsenter", `--net=/proc/${client.pid}/ns/net`, "--", ...program] : program;
	const ended = await readTool(tool, rest, { timeout: limit, encoding: "utf8" }).catch(() => undefined);
	const result = ended?.stdout.trim();
	// Not a stream: the program cannot ask such sockets.
	return result === undefined || result === "" || result === "EPROTOTYPE" ? undefined : result;
}

/** The command that connects, or undefined if there is none for such an offer. */
function programFor({ gid, groups, pid, uid }: ClientProcess, offer: Offer): string[] | undefined {
	if (offer.kind === "abstract") {
		if (findTool("perl") === undefined) return undefined;
		const account = [`--reuid=${uid}`, `--regid=${gid}`, groups.length ? `--groups=${groups.join(",")}` : "--clear-groups"];
		return ["setpriv", ...account, "--", "perl", "-e", connectAbstractScript, offer.name, String(lasting)];
	}
	const place = placeOf(pid, offer);
	if (place === undefined) return undefined;
	const request: ConnectRequest = { ...place, gid, groups, milliseconds: lasting, uid };
	return [process.execPath, "-e", connectScript, JSON.stringify(request)];
}

/** A path is the client's: relative to the directory as the client sees it, if it has another root. */
function placeOf(pid: number, offer: Offer): Pick<ConnectRequest, "directory" | "to"> | undefined {
	if (offer.kind === "port") return { directory: "/", to: { host: offer.address, port: offer.port } };
	if (offer.kind !== "socket") return undefined;
	const path = pathToText(offer.path);
	if (path === undefined) return undefined;
	const own = fileIdentity(`/proc/${pid}/root/.`);
	// A process that has ended had the usual root, as far as anybody knows.
	if (own === "" || own === fileIdentity("/proc/self/root/.")) return { directory: "/", to: { path } };
	return {
		directory: `/proc/${pid}/root${pathToText(parent(offer.path)) ?? "/"}`,
		to: { path: `./${pathToText(baseName(offer.path)) ?? ""}` },
	};
}
