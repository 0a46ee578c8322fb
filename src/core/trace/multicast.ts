/**
 * What shows that an application speaks to more than one machine at once: it joins a group (ip(7), ipv6(7)), asks for the right to broadcast
 * (socket(7)), or names such an address. That it failed is no matter: in a rehearsal's network no group can be joined.
 */
const option =
	/^setsockopt\(.*\b(IP_ADD_(?:SOURCE_)?MEMBERSHIP|IPV6_(?:ADD_MEMBERSHIP|JOIN_GROUP|JOIN_ANYCAST)|MCAST_JOIN_(?:SOURCE_)?GROUP|SO_BROADCAST)\b/;
/** 224.0.0.0/4 and 240.0.0.0/4 (RFC 5771, RFC 1112), ff00::/8 (RFC 4291). */
const address = /inet_addr\("(?:22[4-9]|2[345]\d)\.|inet_pton\(AF_INET6, "[fF][fF][\da-fA-F]{2}:/;

/** strace's rest of a line, after the pid. Gives the call that shows it, without its arguments but for the name of an option. */
export function multicastCall(line: string): string | undefined {
	if (isOption(line)) {
		const name = option.exec(line)?.[1];
		return name === undefined ? undefined : `setsockopt(${name})`;
	}
	if (!line.startsWith("send") && !line.startsWith("connect(")) return undefined;
	return address.test(line) ? line.slice(0, line.indexOf("(")) : undefined;
}

/** Nothing else is asked of these. */
export function isOption(line: string): boolean {
	return line.startsWith("setsockopt(") || line.startsWith("<... setsockopt ");
}
