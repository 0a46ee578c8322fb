import { describe, expect, it } from "vitest";
import { parseSocketUnit, type SocketUnit } from "../../../src/core/application/socket-unit.ts";
import { activate } from "../../../src/core/application/unit-sockets.ts";

const socket = (text: string, name = "a.socket", enabled = true) => parseSocketUnit(name, [`[Socket]\n${text}`], enabled);

describe("socket units (systemd.socket(5))", () => {
	it("name their service and their sockets", () => {
		expect(socket("ListenStream=[::]:143\nListenDatagram=/run/a b\nListenFIFO=/run/f\nFileDescriptorName=x")).toEqual({
			name: "a.socket",
			service: "a.service",
			accept: false,
			listens: [
				{ kind: "stream", address: "[::]:143" },
				{ kind: "datagram", address: "/run/a" },
				{ kind: "other", address: "/run/f" },
			],
			descriptorName: "x",
			enabled: true,
		});
	});

	it("an empty setting takes back what came before; drop-ins come after", () => {
		const texts = [
			"[Socket]\nListenStream=22\nListenDatagram=23\n",
			"[Socket]\nListenStream=\nListenStream=2222\n[Service]\nListenStream=9\n",
		];
		expect(parseSocketUnit("ssh.socket", texts, false).listens).toEqual([{ kind: "stream", address: "2222" }]);
	});

	it("Accept=yes starts instances; Service= names another", () => {
		expect(socket("Accept=yes").service).toBe("a@.service");
		expect(socket("Service=b.service").service).toBe("b.service");
		expect(socket("ListenStream=/run/%p-%i", "a@one.socket").listens[0]?.address).toBe("/run/a-one");
	});
});

describe("sockets of a service", () => {
	const started = (command: string, sockets: readonly SocketUnit[], required: readonly string[] = [], root = false) =>
		activate(command.split(" "), required, sockets, { A: "1" }, root);

	it("without any, or with a socket that nothing wants, it is started as it is", () => {
		expect(started("/bin/a", [])).toEqual({ command: ["/bin/a"], directories: [], startable: true });
		expect(started("/bin/a", [socket("ListenStream=8080", "a.socket", false)]).note).toBeUndefined();
	});

	it("a daemon that can listens by itself", () => {
		const { command, note, startable } = started("/usr/sbin/sshd -D", [socket("ListenStream=22", "ssh.socket")]);
		expect({ command, startable }).toEqual({ command: ["/usr/sbin/sshd", "-D"], startable: true });
		expect(note).toEqual({ code: "unit-sockets", values: { sockets: "ssh.socket" } });
	});

	it("any other gets them from systemd-socket-activate", () => {
		const sockets = [
			socket("ListenStream=/run/a/request", "a.socket", false),
			socket("ListenStream=8080\nListenStream=@x\nFileDescriptorName=web", "web.socket"),
		];
		const { command, directories, note } = started("/bin/a --flag", sockets, ["a.socket"]);
		expect(command).toEqual([
			"/usr/bin/systemd-socket-activate",
			...["--listen=/run/a/request", "--listen=8080", "--listen=@x", "--fdname=a.socket:web:web"],
			...["--setenv=LANG", "--setenv=A", "/bin/a", "--flag"],
		]);
		expect(directories).toEqual(["/run/a"]);
		expect(note?.code).toBe("unit-sockets-passed");
		expect(started("/bin/a", [socket("ListenDatagram=514")], [], true).command).toContain("--datagram");
	});

	it.each([
		["two types at once", [socket("ListenStream=8080\nListenDatagram=8080")], []],
		["what only systemd opens", [socket("ListenFIFO=/run/a")], []],
		["a port that the account may not have", [socket("ListenStream=127.0.0.1:80")], []],
		["a socket unit that is not there", [], ["b.socket"]],
		["no socket at all", [socket("")], []],
	])("says where that cannot be: %s", (_, sockets, required) => {
		const { note, startable } = started("/bin/a", sockets, required);
		expect({ code: note?.code, startable }).toEqual({ code: "unit-sockets-unsupported", startable: false });
	});

	it("one process for each connection is no server", () => {
		const { note, startable } = started("/usr/sbin/sshd -i", [socket("ListenStream=22\nAccept=yes")]);
		expect({ code: note?.code, startable }).toEqual({ code: "unit-per-connection", startable: false });
	});
});
