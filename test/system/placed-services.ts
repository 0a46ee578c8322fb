import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Services of our own, placed on a booted system. */

/** A service with a socket unit and a directory to bind. The server accepts sockets as described in sd_listen_fds(3), and opens none. */
export function placeTaker(tree: string): void {
	const server = [
		"import os, socket",
		'assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1"',
		"listening = socket.socket(fileno=3)",
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		'\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nby socket")',
		"\tconnection.close()",
	];
	for (const folder of ["srv/taker", "srv/share/below"]) mkdirSync(join(tree, folder), { recursive: true });
	writeFileSync(join(tree, "srv/taker/server.py"), `${server.join("\n")}\n`);
	const units = join(tree, "etc/systemd/system");
	writeFileSync(join(units, "taker.service"), "[Service]\nUser=daemon\nExecStart=/usr/bin/python3 /srv/taker/server.py\n");
	writeFileSync(join(units, "taker.socket"), "[Socket]\nListenStream=127.0.0.1:21110\n[Install]\nWantedBy=sockets.target\n");
}

/** A SysV script whose daemon forks and leaves root's account. */
export function placeForker(tree: string): void {
	const program = [
		"#!/usr/bin/python3",
		"import os, signal, socket",
		"listening = socket.socket()",
		"listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
		'listening.bind(("127.0.0.1", 21120))',
		"listening.listen()",
		"if os.fork(): os._exit(0)",
		"os.setsid()",
		'open("/run/forker.pid", "w").write(str(os.getpid()))',
		"os.setgid(1)",
		"os.setuid(1)",
		"def read(*_):",
		"\tglobal answer",
		'\tanswer = open("/etc/forker").read()',
		"read()",
		"signal.signal(signal.SIGHUP, read)",
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		'\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + answer.encode())',
		"\tconnection.close()",
	];
	const script = [
		"#!/bin/sh",
		...[
			"### BEGIN INIT INFO",
			"# Provides: forker",
			"# Required-Start: $network",
			"# Required-Stop:",
			"# Default-Start: 2 3 4 5",
		],
		...["# Default-Stop: 0 1 6", "# Short-Description: forks", "### END INIT INFO"],
		"stop='start-stop-daemon --stop --pidfile /run/forker.pid'",
		'case "$1" in',
		"start) start-stop-daemon --start --pidfile /run/forker.pid --startas /usr/sbin/forker ;;",
		"stop) $stop ;;",
		"reload) $stop --signal HUP ;;",
		'*) echo "usage: $0 {start|stop|reload}" ;;',
		"esac",
	];
	for (const [path, lines] of [
		["usr/sbin/forker", program],
		["etc/init.d/forker", script],
	] as const)
		writeFileSync(join(tree, path), `${lines.join("\n")}\n`, { mode: 0o755 });
	writeFileSync(join(tree, "etc/forker"), "configured");
}

/** A service that does not answer after the signal of its reload. */
export function placeDeaf(tree: string): void {
	const program = [
		"#!/usr/bin/python3",
		"import signal, socket",
		"listening = socket.socket()",
		"listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
		'listening.bind(("127.0.0.1", 21121))',
		"listening.listen()",
		"def deafen(*_):",
		"\tlistening.close()",
		"\twhile True: signal.pause()",
		"signal.signal(signal.SIGHUP, deafen)",
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		'\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhere")',
		"\tconnection.close()",
	];
	const unit = ["[Service]", "Type=exec", "User=daemon", "ExecStart=/usr/sbin/deaf", "ExecReload=/bin/kill -HUP $MAINPID"];
	writeFileSync(join(tree, "usr/sbin/deaf"), `${program.join("\n")}\n`, { mode: 0o755 });
	writeFileSync(join(tree, "etc/systemd/system/deaf.service"), `${unit.join("\n")}\n`);
}

/** A server that makes a namespace if its configuration says so. */
export function placeIntruder(tree: string): void {
	const program = [
		"#!/usr/bin/python3",
		"import os, socket",
		'if open("/etc/intruder").read() == "unshare": os.unshare(os.CLONE_NEWNS)',
		"listening = socket.socket()",
		"listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
		'listening.bind(("127.0.0.1", 21122))',
		"listening.listen()",
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		'\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nhere")',
		"\tconnection.close()",
	];
	const unit = ["[Service]", "Type=exec", "User=daemon", "ExecStart=/usr/sbin/intruder"];
	writeFileSync(join(tree, "etc/intruder"), "nothing");
	writeFileSync(join(tree, "usr/sbin/intruder"), `${program.join("\n")}\n`, { mode: 0o755 });
	writeFileSync(join(tree, "etc/systemd/system/intruder.service"), `${unit.join("\n")}\n`);
}
