import type { Permissions } from "../confine/permissions.ts";

/** The result of `systemd-analyze security`. */
export interface Exposure {
	/** From 0, well confined, to 10. */
	readonly score: number;
	/** Settings that raise the score, in systemd's order; `costs` in tenths, as systemd prints them. */
	readonly open: readonly { readonly setting: string; readonly costs: number }[];
}

/** Returns undefined for other output. */
export function parseExposure(text: string): Exposure | undefined {
	const score = /Overall exposure level for .*: ([\d.]+)/.exec(text)?.[1];
	if (score === undefined) return undefined;
	const lines = text.matchAll(/^\S+ +(\S+) +\S.*? {2,}(\d+\.\d)\s*$/gm);
	return { score: Number(score), open: [...lines].map(([, setting = "", costs]) => ({ setting, costs: Number(costs) })) };
}

/** Returns the cage's permissions that require this setting, by their words for `--refuse`. */
export function permissionsBehind(
	setting: string,
	{ capabilities, netlink, unixSockets }: Permissions,
): { readonly word: string; readonly why: string }[] {
	if (setting === "RestrictAddressFamilies=~AF_UNIX") {
		return unixSockets === undefined ? [] : [{ word: "unix-sockets", why: unixSockets }];
	}
	if (setting === "RestrictAddressFamilies=~AF_NETLINK") {
		return netlink === undefined ? [] : [{ word: "netlink", why: netlink }];
	}
	// As in CAP_(DAC_*|FOWNER|IPC_OWNER).
	const names = /^CapabilityBoundingSet=~(CAP_[A-Z_()|*]+)$/.exec(setting)?.[1];
	if (names === undefined) return [];
	const named = new RegExp(`^${names.replaceAll("*", ".*")}$`);
	return capabilities.flatMap(({ name, why }) =>
		named.test(`CAP_${name.toUpperCase()}`) ? [{ word: `capability:${name}`, why }] : [],
	);
}
