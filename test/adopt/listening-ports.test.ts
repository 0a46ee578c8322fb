import { describe, expect, test } from "vitest";
import { parseInetSockets, parseRegistered } from "../../src/adopt/host/host-processes.ts";
import { type InetSocket, listeningPorts, lostPorts, portText } from "../../src/adopt/listening-ports.ts";

const facts = {
	chosenByKernel: [32_768, 60_999],
	registered: new Set<string>(),
	named: new Set<number>(),
	traced: new Set<string>(),
} as const;
const none = { address: "0.0.0.0", port: 0 };
const listens = (port: number, { address = "0.0.0.0", transport = "tcp" }: Partial<InetSocket & { address: string }> = {}) => ({
	inode: `${transport} ${address} ${port}`,
	transport,
	isListening: true,
	local: { address, port },
	remote: none,
});
const connected = (port: number): InetSocket => ({
	inode: `connected ${port}`,
	transport: "tcp",
	isListening: false,
	local: { address: "10.0.0.1", port },
	remote: { address: "10.0.0.2", port: 40_000 },
});
const udp = { transport: "udp" } as const;
const processOf = (...sockets: readonly InetSocket[]) => ({ sockets: sockets.map(({ inode }) => inode) });

/** The offered ports of a service with one process. */
const offered = (sockets: readonly InetSocket[], changed: Partial<Parameters<typeof listeningPorts>[2]> = {}) =>
	offeredBy(sockets, [processOf(...sockets)], changed);
const offeredBy = (
	sockets: readonly InetSocket[],
	processes: Parameters<typeof listeningPorts>[1],
	changed: Partial<Parameters<typeof listeningPorts>[2]> = {},
) =>
	listeningPorts(sockets, processes, { ...facts, ...changed })
		.filter(({ isOffered }) => isOffered)
		.map(portText);

describe("a service offers", () => {
	test("each address on which one of its processes listens, and nothing of others", () => {
		const [http, https, other] = [listens(80), listens(443, { address: "::" }), listens(25)];
		expect(offeredBy([http, https, other], [processOf(http), processOf(https)])).toEqual(["0.0.0.0:80", "[::]:443"]);
	});

	test("no port that the kernel or RFC 6335 lets it choose", () => {
		expect(offered([listens(8080), listens(45_000), listens(61_500)])).toEqual(["0.0.0.0:8080"]);
		expect(offered([listens(45_000)], { chosenByKernel: [50_000, 60_000] })).toEqual(["0.0.0.0:45000"]);
	});

	test("a port of such a range, and a UDP port without a name, if a traced start bound the same", () => {
		const ports = [listens(50_051), listens(41_000), listens(14_322, udp), listens(14_323, udp)];
		expect(offered(ports, { traced: new Set(["tcp 50051", "udp 14322", "tcp 14323"]) })).toEqual([
			"0.0.0.0:50051",
			"0.0.0.0:14322/udp",
		]);
	});

	test("no port of FTP's passive mode, which only the session of a client holds", () => {
		const [control, session, passive] = [listens(21), connected(21), listens(10_020)];
		expect(offeredBy([control, session, passive], [processOf(control), processOf(session, passive)])).toEqual(["0.0.0.0:21"]);
	});

	test("the ports of a worker that serves clients and listens itself", () => {
		const [http, admin, session] = [listens(80), listens(8404), connected(80)];
		expect(offeredBy([http, admin, session], [processOf(), processOf(http, admin, session)])).toEqual([
			"0.0.0.0:80",
			"0.0.0.0:8404",
		]);
	});

	test("no port that RPC clients ask rpcbind for, but rpcbind's own", () => {
		const registered = new Set(["tcp 111", "udp 111", "tcp 892", "udp 892"]);
		expect(offered([listens(111), listens(111, udp), listens(700, udp)], { registered })).toEqual([
			"0.0.0.0:111",
			"0.0.0.0:111/udp",
		]);
		expect(offered([listens(892), listens(892, udp), listens(701, udp), listens(20_048)], { registered })).toEqual([
			"0.0.0.0:20048",
		]);
	});

	test("no port of an RPC program, although a traced start bound the same", () => {
		const traced = new Set(["tcp 892", "udp 700"]);
		expect(offered([listens(892), listens(700, udp)], { registered: new Set(["tcp 892"]), traced })).toEqual([]);
	});

	test("a UDP port that is privileged, that services(5) names, or that is a TCP port of it too", () => {
		const ports = [listens(53, udp), listens(1194, udp), listens(8443), listens(8443, udp), listens(14_322, udp)];
		expect(offered(ports, { named: new Set([1194]) })).toEqual([
			"0.0.0.0:53/udp",
			"0.0.0.0:1194/udp",
			"0.0.0.0:8443",
			"0.0.0.0:8443/udp",
		]);
	});
});

describe("an offered port is lost", () => {
	const all = (...sockets: readonly InetSocket[]) => listeningPorts(sockets, [processOf(...sockets)], facts);
	const lost = (before: readonly InetSocket[], now: readonly InetSocket[]) =>
		lostPorts(all(...before), all(...now)).map(portText);
	const v6 = { address: "::" };

	test("if nobody listens on it any more, although nobody is connected", () => {
		expect(lost([listens(80), listens(8443)], [listens(80)])).toEqual(["0.0.0.0:8443"]);
		expect(lost([listens(53), listens(53, udp)], [listens(53)])).toEqual(["0.0.0.0:53/udp"]);
		expect(lost([listens(45_000)], [])).toEqual([]);
	});

	test("unless all addresses of its family replace it", () => {
		expect(lost([listens(80, { address: "127.0.0.2" })], [listens(80)])).toEqual([]);
		expect(lost([listens(80, { address: "::1" })], [listens(80, v6)])).toEqual([]);
		expect(lost([listens(80, { address: "::1" })], [listens(80)])).toEqual(["[::1]:80"]);
		expect(lost([listens(80, v6)], [listens(80)])).toEqual(["[::]:80"]);
	});

	test("unless `::` serves IPv4 too", () => {
		expect(lost([listens(80)], [listens(80, v6)])).toEqual([]);
		expect(lost([listens(80), listens(80, v6)], [listens(80, v6)])).toEqual(["0.0.0.0:80"]);
	});
});

test("sockets are read from /proc/net: TCP that listens or is connected, UDP with and without a peer", () => {
	const head = "  sl  local_address rem_address   st\n";
	const line = (local: string, remote: string, state: string, inode: number) =>
		`   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1\n`;
	const read = (text: string, transport: "tcp" | "udp") =>
		parseInetSockets(head + text, transport).map(({ inode, isListening, local }) => [inode, isListening, portText(local)]);
	const tcp = line("0100007F:1F95", "00000000:0000", "0A", 101) + line("0100007F:1F95", "0100007F:9999", "01", 102);
	// TIME_WAIT has no inode.
	expect(read(tcp + line("0100007F:1F95", "0100007F:9998", "06", 0), "tcp")).toEqual([
		["101", true, "127.0.0.1:8085"],
		["102", false, "127.0.0.1:8085"],
	]);
	const udpTable = line("00000000:0035", "00000000:0000", "07", 106) + line("00000000:9C40", "01010101:0035", "01", 107);
	expect(read(udpTable, "udp")).toEqual([
		["106", true, "0.0.0.0:53"],
		["107", false, "0.0.0.0:40000"],
	]);
});

test("ports of RPC programs are read from rpcinfo", () => {
	const lines = [
		"   program vers proto   port  service",
		"    100000    4   tcp    111  portmapper",
		"    100005    3   udp  20048  mountd",
	];
	expect([...parseRegistered(lines.join("\n"))]).toEqual(["tcp 111", "udp 20048"]);
});
