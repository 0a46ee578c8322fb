import { getSystemErrorName } from "node:util";
import type { ClientProcess, Offer } from "../../core/adoption/clients.ts";
import { connectRequest, socketAddress } from "../../core/adoption/connecting.ts";
import { baseName, type Path, parent, pathToText } from "../../core/path/path.ts";
import type { ConnectResult } from "../../engine/client-ports.ts";
import { nativeProgramFile } from "../native-program.ts";
import { toolRunner } from "../tools.ts";
import { fileIdentity } from "./proc.ts";

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
	const input = connectRequest(address, { gid, groups, milliseconds: lasting, uid });
	const run = await toolRunner();
	const { exitCode } = await run(nativeProgramFile("connect"), [entered, `/proc/${pid}/ns/net`], {
		input,
		reject: false,
		timeout: limit,
	});
	return exitCode === undefined ? undefined : resultOf(exitCode);
}

function resultOf(status: number): ConnectResult | undefined {
	if (status === 0) return "open";
	if (status === closed) return "closed";
	if (status === unknown) return undefined;
	const name = getSystemErrorName(-status);
	// Not a stream: the program cannot ask such sockets.
	return name === "EPROTOTYPE" ? undefined : name;
}

/** As in native/connect.c. */
const [closed, unknown] = [255, 254];

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
