import { words } from "../native-program.ts";
import { addressBytes, ipAddress, unixAddress } from "../socket-address.ts";
import type { Offer } from "./clients.ts";

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
export interface ConnectionRequest {
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
