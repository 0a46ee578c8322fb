import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { attempt } from "../../base/host/errors.ts";
import { fileIdentity } from "../../base/host/proc.ts";
import { nativeProgramFile } from "../../base/host/release.ts";
import { toolRunner } from "../../base/host/tools.ts";
import { walk } from "../../base/host/walk.ts";
import { addressBytes, ipAddress, unixAddress, words } from "../../base/native-program.ts";
import { baseName, etc, isWithin, type Path, parent, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { type Client, type ClientProcess, isAnyAddress, type Offer } from "../clients.ts";
import type { ConnectResult, ServiceClients } from "../ports.ts";
import { executablesOf, lookAtClients, neighbourSockets } from "./clients.ts";

/** Bounds of the search: files, bytes of one file, and milliseconds. */
const most = { files: 6000, bytes: 256 * 1024, time: 1500 };

/** Never read: keys and passwords, which name no socket. */
const secret = /(^|\/)(g?shadow-?|.*\.(key|pem|p12|pfx|keytab)|private)$/;
const unread = ["/etc/ssl", "/etc/pki", "/etc/ssh", "/etc/alternatives"].map(pathFromText);

/** Implements `configured` of `ServiceClients`. Links are not followed; commented lines do not count. */
function configuredClients(offers: readonly Offer[], own: ReadonlySet<Path>): Client[] {
	const searches = offers.flatMap((offer) => namesOf(offer).map((pattern) => ({ offer, pattern })));
	if (!searches.length) return [];
	const found: Client[] = [];
	const began = performance.now();
	let files = 0;
	for (const { host, path, stats } of walk(etc, etc, (directory) => directory.isDirectory())) {
		if (files >= most.files || performance.now() - began > most.time) break;
		if (!stats?.isFile() || stats.size > most.bytes || stats.size === 0n || own.has(path)) continue;
		if (secret.test(path) || unread.some((top) => isWithin(path, top))) continue;
		files += 1;
		const text = attempt(() => contentOf(host));
		if (text === undefined || text.includes("\0")) continue;
		const lines = text.split("\n").filter((line) => !/^\s*(#|;|\/\/)/.test(line));
		const used = text.length && lines.join("\n");
		if (!used) continue;
		for (const { offer, pattern } of searches) {
			if (pattern.test(used)) found.push({ name: showPath(path), relation: "configured", offer });
		}
	}
	return found;
}

function contentOf(host: Path): string | undefined {
	const descriptor = openSync(pathToBytes(host), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		const { size } = fstatSync(descriptor);
		const bytes = Buffer.alloc(Math.min(size, most.bytes));
		return bytes.toString("latin1", 0, readSync(descriptor, bytes, 0, bytes.length, 0));
	} finally {
		closeSync(descriptor);
	}
}

/** How configuration names an offer, as whole words. A port alone would match any number. */
function namesOf(offer: Offer): RegExp[] {
	if (offer.kind === "abstract") return offer.name.length < 4 ? [] : [wholeWord(`@${offer.name}`)];
	if (offer.kind !== "port") {
		const { path } = offer;
		const other = isWithin(path, pathFromText("/run")) ? [`/var${path}`] : [];
		return [path, ...other].map(wholeWord);
	}
	const { address, port } = offer;
	const isLocal = isAnyAddress(address) || address === "::1" || address.startsWith("127.");
	const hosts = isLocal ? ["localhost", "127.0.0.1", "[::1]"] : [address.includes(":") ? `[${address}]` : address];
	return hosts.map((host) => wholeWord(`${host}:${port}`));
}

function wholeWord(text: string): RegExp {
	// A path may follow `unix:`, and a port `http://`.
	return new RegExp(`(?<![\\w.-])${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\w-]|\\.\\w)`, "s");
}

/** sun_path of unix(7). */
const longestPath = 108;

/** The offer as struct sockaddr. Undefined if there is none for it: it is a file, or the path is too long. */
export function socketAddress(offer: Offer): Buffer | undefined {
	if (offer.kind === "port") return ipAddress(addressBytes(offer.address), offer.port);
	if (offer.kind !== "socket" && offer.kind !== "abstract") return undefined;
	const name = offer.kind === "socket" ? Buffer.from(`${offer.path}\0`, "latin1") : Buffer.from(`\0${offer.name}`);
	return name.length > longestPath ? undefined : unixAddress(name);
}

/** As in native/connect.c. */
const [addressSpace, mostGroups] = [128, 1024];

/** Who connects, and how many milliseconds the connection must last. */
interface ConnectionRequest {
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly milliseconds: number;
}

/** struct request of native/connect.c. */
export function connectRequest(address: Buffer, { gid, groups, milliseconds, uid }: ConnectionRequest): Buffer {
	const some = groups.slice(0, mostGroups);
	return Buffer.concat([
		words(uid, gid, milliseconds, address.length),
		address,
		Buffer.alloc(addressSpace - address.length),
		words(some.length, ...some),
		Buffer.alloc((mostGroups - some.length) * 4),
	]);
}

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

export const serviceClients: ServiceClients = {
	look: lookAtClients,
	configured: configuredClients,
	neighbours: neighbourSockets,
	executables: executablesOf,
	connect: connectAs,
};
