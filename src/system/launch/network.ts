import { readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { exampleInterface, type NetworkInterface, networkData, networkName } from "../../core/confinement/programs/network.ts";
import { attempt } from "../files/errors.ts";
import { nativeProgram } from "../native-program.ts";

/** The place of the program that sets up a network, in a launch's folder. */
export const networkPlace = (folder: string) => join(folder, networkName);

/** Writes the program and returns its place. */
export function writeNetwork(folder: string): string {
	const place = networkPlace(folder);
	writeFileSync(place, nativeProgram("network", networkData(machineInterfaces())), { mode: 0o700 });
	return place;
}

/** More would only delay each launch; hosts of containers have one for each. */
const mostInterfaces = 32;

/** This machine's interfaces that are up and have addresses, or `exampleInterface` if only the loopback has any. */
export function machineInterfaces(): NetworkInterface[] {
	const defaults = { v4: defaultInterfaces("route", isDefault4), v6: defaultInterfaces("ipv6_route", isDefault6) };
	const found = new Map<string, NetworkInterface>();
	for (const [label, entries = []] of Object.entries(networkInterfaces())) {
		// An alias of ifconfig(8), such as eth0:1.
		const name = label.replace(/:.*/, "");
		const addresses = entries.flatMap(({ address, cidr }) => {
			const isOwn = name === "lo" && (address.startsWith("127.") || address === "::1");
			return isOwn || cidr === null ? [] : [{ address, prefix: Number(cidr.slice(cidr.indexOf("/") + 1)) }];
		});
		if (!addresses.length) continue;
		const mac = entries.find((entry) => /[1-9a-f]/.test(entry.mac))?.mac;
		found.set(name, {
			name,
			...(mac === undefined ? {} : { mac }),
			addresses: [...(found.get(name)?.addresses ?? []), ...addresses],
			isDefault: (["v4", "v6"] as const).filter((family) => defaults[family].has(name)),
		});
	}
	return found.size ? [...found.values()].slice(0, mostInterfaces) : [exampleInterface];
}

/** Fields of proc_net(5): the name comes first, the destination second, the mask eighth. */
const isDefault4 = (fields: readonly string[]) => fields[1] === "00000000" && fields[7] === "00000000" && fields[0];
/** The destination and its length come first, flags ninth, the name last. RTF_REJECT is 0x200. */
const isDefault6 = (fields: readonly string[]) =>
	/^0+$/.test(`${fields[0]}${fields[1]}`) && !(Number.parseInt(fields[8] ?? "", 16) & 0x200) && fields[9];

function defaultInterfaces(file: string, nameOf: (fields: readonly string[]) => string | undefined | false): ReadonlySet<string> {
	const text = attempt(() => readFileSync(`/proc/net/${file}`, "latin1")) ?? "";
	return new Set(text.split("\n").flatMap((line) => nameOf(line.trim().split(/\s+/)) || []));
}
