import type { Way } from "../way.ts";

/** socket(2): family, type and protocol. `spared`: asking loads a module where the kernel has it as one. */
const families = [
	["packet", "17, 3, 768", "net_raw", false],
	["packet-by-inet", "2, 10, 768", "net_raw", true],
	["raw", "2, 3, 1", "net_raw", false],
	["raw-inet6", "10, 3, 58", "net_raw", false],
	["netlink-audit", "16, 3, 9", undefined, false],
	["netlink-events", "16, 3, 15", undefined, false],
	["netlink-diagnosis", "16, 3, 4", undefined, true],
	["netlink-firewall", "16, 3, 12", undefined, true],
	["netlink-generic", "16, 3, 16", undefined, false],
	["kernel-crypto", "38, 5, 0", undefined, true],
	["virtual-machine", "40, 1, 0", undefined, true],
	["can", "29, 3, 1", undefined, true],
	["tipc", "30, 5, 0", undefined, true],
	["bluetooth", "31, 3, 1", undefined, true],
	["ipsec", "15, 3, 2", undefined, true],
	["rds", "21, 5, 0", undefined, true],
	["xdp", "44, 3, 0", "net_raw", true],
	["smc", "43, 1, 0", undefined, true],
	["vendor-modem", "42, 2, 0", undefined, true],
] as const;

/** To whoever listens outside. */
export const sockets: readonly Way[] = [
	{
		id: "loopback",
		stoppedBy: ["net"],
		opens: ["network"],
		attempt: `
			socket my $socket, 2, 1, 6 or return 0;
			return connect $socket, pack 'S n C4 x8', 2, $of{port}, 127, 0, 0, 1;`,
	},
	{
		id: "abstract-socket",
		stoppedBy: ["net", "seccomp"],
		opens: ["unix-sockets"],
		attempt: `
			socket my $socket, 1, 1, 0 or return 0;
			return connect $socket, pack 'S x a*', 1, $of{abstract};`,
	},
	{
		// A pair of datagram sockets can send to any name.
		id: "abstract-by-pair",
		stoppedBy: ["net", "seccomp"],
		opens: ["unix-sockets"],
		attempt: `
			socketpair my $one, my $two, 1, 2, 0 or return 0;
			return send $one, 'x', 0, pack 'S x a*', 1, "$of{abstract}-datagrams";`,
	},
	...families.map(
		([id, words, capability, spared]): Way => ({
			id: `socket-${id}`,
			stoppedBy: ["seccomp"],
			...(capability ? { opens: [`capability ${capability}`] as const } : {}),
			...(spared ? { spared } : {}),
			attempt: `return socket my $socket, ${words};`,
		}),
	),
];
