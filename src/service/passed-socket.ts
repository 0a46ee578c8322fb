import { omitUndefined } from "../base/collections.ts";
import { ipv4, ipv6 } from "../base/native-program.ts";
import { octal } from "../base/text.ts";
/**
 * A socket that is opened before the application starts and passed as a descriptor (sd_listen_fds(3), systemd.socket(5)). As
 * text: `KIND ADDRESS [name=NAME] [mode=0660] [user=USER] [group=GROUP] [directory=0755] [OPTION…]`.
 */
export interface PassedSocket {
	readonly kind: "stream" | "datagram" | "seqpacket";
	/** A path, `@abstract`, a port, `IPV4:PORT` or `[IPV6]:PORT`. */
	readonly address: string;
	/** FileDescriptorName= */
	readonly name: string;
	/** SocketMode= of a path. */
	readonly mode: number;
	readonly user?: string;
	readonly group?: string;
	/** DirectoryMode= for the directories above a path. */
	readonly directoryMode: number;
	readonly options: readonly SocketOption[];
}

/** Boolean settings of systemd.socket(5) with their words in the text form. */
export const socketOptions = {
	BindIPv6Only: "ipv6-only",
	Broadcast: "broadcast",
	FreeBind: "free-bind",
	PassCredentials: "pass-credentials",
	PassPacketInfo: "pass-packet-info",
	ReusePort: "reuse-port",
	/** Accept=yes: the application starts for each connection, with the connection as its standard input and output. */
	Accept: "per-connection",
} as const;

/** For StandardInput=socket: the only socket is also the standard input (systemd.exec(5)). */
export const standardInput = "standard-input";

/** NonBlocking=yes of the service. A server that accepts until no client is left would otherwise wait for the next one. */
export const nonBlocking = "non-blocking";

const ofService = [nonBlocking, standardInput] as const;

export type SocketOption = (typeof socketOptions)[keyof typeof socketOptions] | (typeof ofService)[number];

type SocketPlace =
	| { readonly family: "unix"; readonly path: string }
	/** Name without the `@`. */
	| { readonly family: "abstract"; readonly name: string }
	| { readonly family: "inet"; readonly host: readonly number[]; readonly port: number }
	/** Sixteen bytes. `any`: a port alone, for IPv4 as well. */
	| { readonly family: "inet6"; readonly host: readonly number[]; readonly port: number; readonly any: boolean };

const usualMode = 0o666;
const usualDirectoryMode = 0o755;

/** Returns undefined if the text is invalid, or if only systemd can open such a socket for another program. */
export function parsePassedSocket(text: string): PassedSocket | undefined {
	const [kind = "", address = "", ...words] = text.split(" ");
	if (kind !== "stream" && kind !== "datagram" && kind !== "seqpacket") return undefined;
	const place = socketPlace(address);
	if (place === undefined || (kind === "seqpacket" && place.family.startsWith("inet"))) return undefined;
	const values = new Map<string, string>();
	const options: SocketOption[] = [];
	for (const word of words) {
		const option = [...Object.values(socketOptions), ...ofService].find((one) => one === word) as SocketOption | undefined;
		const [, name, value] = /^(name|mode|user|group|directory)=([^=\s]+)$/.exec(word) ?? [];
		if (option !== undefined) options.push(option);
		else if (name !== undefined && value !== undefined) values.set(name, value);
		else return undefined;
	}
	const mode = (name: string, usual: number) => {
		const value = values.get(name);
		return value === undefined ? usual : /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : undefined;
	};
	const [socketMode, directoryMode] = [mode("mode", usualMode), mode("directory", usualDirectoryMode)];
	const name = values.get("name") ?? "unknown";
	if (socketMode === undefined || directoryMode === undefined || !/^[^:\p{Cc}]{1,255}$/u.test(name)) return undefined;
	const [user, group] = [values.get("user"), values.get("group")];
	return {
		kind,
		address,
		name,
		mode: socketMode,
		directoryMode,
		options,
		...omitUndefined({ user, group }),
	};
}

export function passedSocketText({ address, directoryMode, group, kind, mode, name, options, user }: PassedSocket): string {
	return [
		kind,
		address,
		`name=${name}`,
		...(mode === usualMode ? [] : [`mode=${octal(mode)}`]),
		...(user === undefined ? [] : [`user=${user}`]),
		...(group === undefined ? [] : [`group=${group}`]),
		...(directoryMode === usualDirectoryMode ? [] : [`directory=${octal(directoryMode)}`]),
		...options,
	].join(" ");
}

/** Returns the address of a socket (systemd.socket(5), ListenStream=), or undefined if it is invalid or a path that no cage can have. */
export function socketPlace(address: string): SocketPlace | undefined {
	if (address.startsWith("/")) {
		const parts = address.split("/").slice(1);
		const isPlain = parts.every((part) => part !== "" && part !== "." && part !== "..");
		return isPlain && Buffer.byteLength(address) <= 107 && !/[\s\p{Cc}]/u.test(address)
			? { family: "unix", path: address }
			: undefined;
	}
	if (address.startsWith("@")) {
		const isPlain = address.length > 1 && Buffer.byteLength(address) <= 107 && !/[\s\p{Cc}]/u.test(address);
		return isPlain ? { family: "abstract", name: address.slice(1) } : undefined;
	}
	const [, host, digits = ""] = /^(?:(\[[0-9a-fA-F:.]+\]|\d+\.\d+\.\d+\.\d+):)?(\d{1,5})$/.exec(address) ?? [];
	const port = Number(digits);
	if (digits === "" || port < 1 || port > 65_535) return undefined;
	if (host === undefined) return { family: "inet6", host: new Array<number>(16).fill(0), port, any: true };
	if (!host.startsWith("[")) {
		const bytes = ipv4(host);
		return bytes && { family: "inet", host: bytes, port };
	}
	const bytes = ipv6(host.slice(1, -1));
	return bytes && { family: "inet6", host: bytes, port, any: false };
}
