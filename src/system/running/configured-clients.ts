import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type Client, isAnyAddress, type Offer } from "../../core/adoption/clients.ts";
import { etc, isWithin, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { attempt } from "../files/errors.ts";
import { walk } from "../files/walk.ts";

/** Bounds of the search: files, bytes of one file, and milliseconds. */
const most = { files: 6000, bytes: 256 * 1024, time: 1500 };

/** Never read: keys and passwords, which name no socket. */
const secret = /(^|\/)(g?shadow-?|.*\.(key|pem|p12|pfx|keytab)|private)$/;
const unread = ["/etc/ssl", "/etc/pki", "/etc/ssh", "/etc/alternatives"].map(pathFromText);

/** Implements `configured` of `ServiceClients`. Links are not followed; commented lines do not count. */
export function configuredClients(offers: readonly Offer[], own: ReadonlySet<Path>): Client[] {
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
