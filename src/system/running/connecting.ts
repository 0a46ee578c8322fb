import { getSystemErrorName } from "node:util";
import type { ClientProcess, Offer } from "../../core/adoption/clients.ts";
import { socketAddress } from "../../core/adoption/connecting.ts";
import { baseName, type Path, parent, pathToText } from "../../core/path/path.ts";
import type { ConnectResult } from "../../engine/client-ports.ts";
import { nativeProgramFile } from "../native-program.ts";
import { readTool } from "../tools.ts";
import { fileIdentity, linkTarget } from "./proc.ts";

/** Milliseconds that a connection must last, and for the whole program on a slow machine. */
const lasting = 400;
const limit = 30_000;

/** Implements `connect` of `ServiceClients`. */
export async function connectAs(client: ClientProcess, offer: Offer): Promise<ConnectResult | undefined> {
	const { directory, seen } = placeOf(client.pid, offer);
	const address = socketAddress(seen);
	const entered = pathToText(directory);
	if (address === undefined || entered === undefined) return undefined;
	const { gid, groups, pid, uid } = client;
	const words = [entered, String(uid), String(gid), groups.join(","), String(lasting), address.toString("hex")];
	const program = [nativeProgramFile("connect"), ...words];
	// A client in another network, such as a container's, reaches only what is there.
	const network = linkTarget(pid, "ns/net");
	const isElsewhere = network !== undefined && network !== linkTarget("self", "ns/net");
	const [tool = "", ...rest] = isElsewhere ? ["nsenter", `--net=/proc/${pid}/ns/net`, "--", ...program] : program;
	const ended = await readTool(tool, rest, { timeout: limit, encoding: "utf8" }).catch(() => undefined);
	const result = ended?.stdout.trim() ?? "";
	const named = /^-\d+$/.test(result) ? getSystemErrorName(Number(result)) : result;
	// Not a stream: the program cannot ask such sockets.
	return named === "" || named === "EPROTOTYPE" ? undefined : named;
}

/** A path is the client's: relative to the directory as the client sees it, if it has another root. */
function placeOf(pid: number, offer: Offer): { readonly directory: Path; readonly seen: Offer } {
	const usual = { directory: "/" as Path, seen: offer };
	if (offer.kind !== "socket") return usual;
	const own = fileIdentity(`/proc/${pid}/root/.`);
	// A process that has ended had the usual root, as far as anybody knows.
	if (own === "" || own === fileIdentity("/proc/self/root/.")) return usual;
	const directory = `/proc/${pid}/root${parent(offer.path)}` as Path;
	return { directory, seen: { ...offer, path: `./${baseName(offer.path)}` as Path } };
}
