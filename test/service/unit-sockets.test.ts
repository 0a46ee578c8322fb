import { describe, expect, it } from "vitest";
import { parsePassedSocket, socketPlace } from "../../src/service/passed-socket.ts";
import { activate, parseSocketUnit } from "../../src/service/unit-sockets.ts";

const socket = (text: string, name = "a.socket", enabled = true) => parseSocketUnit(name, [`[Socket]\n${text}`], enabled);

describe("a socket unit (systemd.socket(5))", () => {
	it("names its service and its sockets", () => {
		expect(socket("ListenStream=[::]:143\nListenDatagram=/run/a b\nListenFIFO=/run/f\nFileDescriptorName=x")).toEqual({
			name: "a.socket",
			service: "a.service",
			accept: false,
			listens: [
				{ kind: "stream", address: "[::]:143" },
				{ kind: "datagram", address: "/run/a" },
				{ kind: "other", address: "/run/f" },
			],
			settings: { name: "x", mode: 0o666, directoryMode: 0o755, options: [] },
			enabled: true,
		});
	});

	it("is cleared by an empty setting, also in a drop-in", () => {
		const dropin = "[Socket]\nListenStream=\nListenStream=2222\n[Service]\nListenStream=9\n";
		const { listens } = parseSocketUnit("ssh.socket", ["[Socket]\nListenStream=22\nListenDatagram=23\n", dropin], false);
		expect(listens).toEqual([{ kind: "stream", address: "2222" }]);
	});

	it("listens in /run if it names /var/run, like systemd's", () => {
		expect(socket("ListenStream=/var/run/knx\nListenDatagram=/var/runner/a\nListenStream=@/var/run/b").listens).toEqual([
			{ kind: "stream", address: "/run/knx" },
			{ kind: "datagram", address: "/var/runner/a" },
			{ kind: "stream", address: "@/var/run/b" },
		]);
	});

	it("starts instances with Accept=yes, unless Service= names another service", () => {
		expect(socket("Accept=yes").service).toBe("a@.service");
		expect(socket("Service=b.service").service).toBe("b.service");
		expect(socket("ListenStream=/run/%p-%i", "a@one.socket").listens[0]?.address).toBe("/run/a-one");
	});
});

describe("a service's sockets", () => {
	const asked = (requiredSockets: string[] = [], sockets: string[] = []) => ({
		requiredSockets,
		sockets,
		readsSocket: false,
		nonBlocking: false,
	});

	it("do not exist without a unit, or with a socket that no target wants", () => {
		expect(activate(asked(), [], [])).toEqual({ sockets: [], directories: [], startable: true });
		expect(activate(asked(), [socket("ListenStream=8080", "a.socket", false)], []).note).toBeUndefined();
	});

	it("do not include a socket unit of Requires= for another service", () => {
		expect(activate(asked(["dbus.socket"]), [], [])).toEqual({ sockets: [], directories: [], startable: true });
	});

	it("are opened like systemd's, of all kinds", () => {
		const units = [
			socket("ListenStream=/run/a/request\nSocketMode=0660\nSocketUser=u\nSocketGroup=g\nDirectoryMode=0750", "a.socket", false),
			socket("ListenDatagram=514\nListenStream=[::1]:8080\nFileDescriptorName=web\nBindIPv6Only=ipv6-only", "web.socket"),
			socket("ListenDatagram=/run/systemd/journal/syslog\nPassCredentials=yes", "syslog.socket"),
		];
		const { directories, note, sockets } = activate(asked(["a.socket"]), units, ["/run/systemd/journal"]);
		expect(sockets).toEqual([
			"stream /run/a/request name=a.socket mode=0660 user=u group=g directory=0750",
			"datagram 514 name=web ipv6-only",
			"stream [::1]:8080 name=web ipv6-only",
			"datagram /run/systemd/journal/syslog name=syslog.socket pass-credentials",
		]);
		expect(sockets.map(parsePassedSocket)).toMatchObject([
			{ kind: "stream", mode: 0o660, user: "u", group: "g", directoryMode: 0o750 },
			{ kind: "datagram", mode: 0o666 },
			{ address: "[::1]:8080" },
			{ options: ["pass-credentials"] },
		]);
		expect(directories).toEqual(["/run/a:0750:root:root"]);
		expect(note).toEqual({ code: "unit-sockets-passed", values: { sockets: "a.socket web.socket syslog.socket" } });
	});

	it("can be the standard input too", () => {
		const { sockets } = activate({ ...asked(), readsSocket: true }, [socket("ListenDatagram=69")], []);
		expect(sockets).toEqual(["datagram 69 name=a.socket standard-input"]);
		const both = activate({ ...asked(), readsSocket: true, nonBlocking: true }, [socket("ListenStream=69")], []);
		expect(both.sockets).toEqual(["stream 69 name=a.socket non-blocking standard-input"]);
	});

	it.each([
		["what only systemd opens", [socket("ListenFIFO=/run/a")], []],
		["an address of a virtual machine", [socket("ListenStream=vsock::2222")], []],
		["a socket unit that is not there", [], ["b.socket"]],
		["no socket at all", [socket("")], []],
	])("cannot be passed: %s", (_, units, named) => {
		const { note, startable } = activate(asked([], named), units, []);
		expect({ code: note?.code, startable }).toEqual({ code: "unit-sockets-unsupported", startable: false });
	});

	it("cannot start one process for each connection", () => {
		const { note, startable } = activate(asked(), [socket("ListenStream=22\nAccept=yes")], []);
		expect({ code: note?.code, startable }).toEqual({ code: "unit-per-connection", startable: false });
	});
});

describe("addresses of sockets", () => {
	it.each([
		["8080", { family: "inet6", host: new Array(16).fill(0), port: 8080, any: true }],
		["127.0.0.1:80", { family: "inet", host: [127, 0, 0, 1], port: 80 }],
		["[::1]:53", { family: "inet6", host: [...new Array(15).fill(0), 1], port: 53, any: false }],
		["[2001:db8::a:b]:1", { family: "inet6", host: [32, 1, 13, 184, ...new Array(9).fill(0), 10, 0, 11], port: 1, any: false }],
		["[::ffff:1.2.3.4]:1", { family: "inet6", host: [...new Array(10).fill(0), 255, 255, 1, 2, 3, 4], port: 1, any: false }],
		["/run/a.sock", { family: "unix", path: "/run/a.sock" }],
		["@name", { family: "abstract", name: "name" }],
	])("%s", (text, place) => expect(socketPlace(text)).toEqual(place));

	it.each([
		"",
		"0",
		"65536",
		"a:80",
		"1.2.3:4",
		"256.1.1.1:1",
		"[::1]",
		"[1:2]:3",
		"[1::2::3]:4",
		"[:::]:5",
		"/run/../etc/a",
		"/run//a",
		"@",
		`/${"x".repeat(107)}`,
	])("%j is invalid", (text) => expect(socketPlace(text)).toBeUndefined());

	it.each(["stream", "fifo /run/a", "stream 80 mode=9", "stream 80 name=a:b", "stream 80 what", "seqpacket 80", "stream  80"])(
		"%j is no socket",
		(text) => expect(parsePassedSocket(text)).toBeUndefined(),
	);
});
